"""Names of documents from names that others chose: unique, stable, shown to people, never used as a path."""

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import PurePosixPath

from knowledge.parse.clean import clean_text, one_line

_LONGEST = 400
_PLAIN = re.compile(r"[\w][\w.@+-]{0,99}")


def is_safe_name(name: str) -> bool:
    """Whether a name can stand in a list and in an export: no way up, no root, nothing that a reader does not see."""
    return (
        0 < len(name) <= _LONGEST
        and name == one_line(clean_text(name))
        and "\\" not in name
        and all(part not in ("", ".", "..") for part in name.split("/"))
    )


def clean_name(raw: str) -> str:
    """The path with what cannot stand in a name left out; "" when nothing is left."""
    text = one_line(clean_text(raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")))
    parts = [part.strip() for part in text.replace("\\", "/").split("/")]
    name = "/".join(part for part in parts if part not in ("", ".", ".."))
    return name if len(name) <= _LONGEST else _shortened(name, raw)


def distinct_names(raws: Iterable[str]) -> dict[str, str]:
    """The name of each raw path, without those of which nothing is left.

    Where several raw paths come out the same, those that had to be changed carry a mark of their own: what a name
    means never depends on the order of a listing.
    """
    cleaned = {raw: name for raw in raws if (name := clean_name(raw))}
    counts = Counter(cleaned.values())
    return {raw: name if raw == name or counts[name] == 1 else _marked(name, raw) for raw, name in cleaned.items()}


def name_from_id(identity: str, ending: str) -> str:
    """A name for what has an id instead of a path: the id where it is plain, else its words and a digest."""
    if _PLAIN.fullmatch(identity) and is_safe_name(identity + ending):
        return identity + ending
    words = re.sub(r"\W+", "-", one_line(clean_text(identity))).strip("-_")[-60:]
    return f"{words}-{_digest(identity)}{ending}".lstrip("-_")


def _shortened(name: str, raw: str) -> str:
    """The end of a path tells more than its beginning."""
    return _marked(name[-_LONGEST + 40 :].lstrip("/ "), raw)


def _marked(name: str, raw: str) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}~{_digest(raw)}{path.suffix}"))


def _digest(raw: str) -> str:
    return sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()[:12]
