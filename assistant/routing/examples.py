"""Labels by a few examples each, read from YAML: what the heads over the question's embedding learn from.

    greeting:
      small_talk: true
      examples:
        en: [hello, "good morning"]
        es: [hola, "buenos días"]

`examples` may also be a plain list. The label `oos` (out of scope) holds texts that are none of the others. Files of
earlier versions in TOML (`[greeting]`, `examples = [...]`) are read as well.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ConfigurationError

OUT_OF_SCOPE = "oos"
_KEYS = frozenset({"examples", "small_talk", "documents"})


@dataclass(frozen=True, slots=True)
class Label:
    """A label by its examples.

    `small_talk` intents are answered without documents. `documents` is whether what is asked may stand in documents:
    of small talk and of what is out of scope it does not.
    """

    name: str
    examples: tuple[str, ...]
    small_talk: bool = False
    documents: bool = True


def load_labels(*files: Path) -> tuple[Label, ...]:
    """Read example files, later ones adding to earlier ones. Raises ConfigurationError naming file and label."""
    labels: dict[str, Label] = {}
    for file in files:
        for name, entry in _entries(file).items():
            try:
                labels[name] = _joined(name, entry, labels.get(name))
            except ValueError as error:
                raise _refused(file, f"`{name}` {error}") from None
    return tuple(labels.values())


def own_file(home: Path, name: str) -> tuple[Path, ...]:
    """The operator's additions to the shipped examples `name` ("intents"): NAME.toml, then NAME.yaml, if there."""
    return tuple(file for file in (home / f"{name}.toml", home / f"{name}.yaml") if file.is_file())


def _entries(file: Path) -> Mapping[str, Any]:
    import yaml

    try:
        text = file.read_text(encoding="utf-8-sig")
        found = tomllib.loads(text) if file.suffix == ".toml" else yaml.safe_load(text)
    except (tomllib.TOMLDecodeError, yaml.YAMLError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise _refused(file, " ".join(str(error).split())) from None
    if found is None:  # nothing but comments
        return {}
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise _refused(file, "it does not hold names with examples under them")
    return found


def _joined(name: str, entry: Any, known: Label | None) -> Label:
    """Add an entry to what is known of the label. Raises ValueError that goes on where the name stopped."""
    if not isinstance(entry, dict):
        raise ValueError("has no `examples`")
    if unknown := sorted(map(str, set(entry) - _KEYS)):
        raise ValueError(f"has `{unknown[0]}`, which is not known here (known: {', '.join(sorted(_KEYS))})")
    examples = tuple(dict.fromkeys((*(known.examples if known else ()), *_examples(entry.get("examples")))))
    talk = _truth(entry, "small_talk", known.small_talk if known else False)
    usual = known.documents if known and "small_talk" not in entry else not talk and name != OUT_OF_SCOPE
    return Label(name, examples, talk, _truth(entry, "documents", usual))


def _examples(found: Any) -> Iterable[str]:
    if isinstance(found, dict):
        lists = list(found.values())
        if not all(isinstance(each, list) for each in lists):
            raise ValueError("needs a list of examples for each language")
        found = [example for each in lists for example in each]
    if not isinstance(found, list) or not found:
        raise ValueError("has no `examples`")
    for example in found:
        if not isinstance(example, str) or not example.strip():
            raise ValueError(f"has an example that is no text: {example!r}; put quotes around it")
    return found


def _truth(entry: Mapping[str, Any], key: str, usual: bool) -> bool:
    value = entry.get(key, usual)
    if not isinstance(value, bool):
        raise ValueError(f"has a `{key}` that is neither true nor false: {value!r}")
    return value


def _refused(file: Path, why: str) -> ConfigurationError:
    return ConfigurationError(f"The examples in {file} cannot be read: {why}. Mend or remove the file.")
