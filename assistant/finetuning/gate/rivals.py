"""What a candidate is measured against: what serves now, the bare base, or another adapter that is named."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ConfigurationError, ModelUnavailable
from assistant.models.adapters import Adapters, read_adapters
from assistant.models.catalogue import Model
from assistant.settings import Settings
from finetune.errors import AdapterInvalid
from finetune.gate.record import BASE
from finetune.grounded import SHIPPED
from finetune.lora import GGUF, Adapter
from finetune.registry import Registry, Version

SERVED, SHIPPED_NAME = "served", "shipped"


@dataclass(frozen=True, slots=True)
class Rival:
    """What takes the place of the base: its name, and its folder; none for the bare base.

    `note` says why it is not what was asked for, `looking` why a run against it gives no verdict.
    """

    name: str = BASE
    folder: Path | None = None
    note: str = ""
    looking: str = ""


def rival_of(settings: Settings, registry: Registry, version: Version, model: Model, against: str) -> Rival:
    """What `against` means: "served" (of the same topic, else for everybody), "base", "shipped", or a version.

    Another adapter than the one that serves may be worse than none, and passing beside it says little: that is for
    looking. Raises AdapterUnknown, AdapterInvalid, and ConfigurationError for one of another base model.
    """
    if against == BASE:
        return Rival()
    serving = _serving(settings)
    if against == SERVED:
        return _served(serving, version, model)
    folder = SHIPPED if against == SHIPPED_NAME else registry.version(against).whole().folder
    if not _is_for(folder, model):
        raise ConfigurationError(
            f"{against} is for {Adapter(folder).card.get('base')}, not for {model.name}. Compare with base."
        )
    Adapter(folder).whole(GGUF, "gguf_sha256")
    serves = against in [_plain(name) for name in _names(serving)]
    return Rival(against, folder, looking="" if serves else f"against {against}, which does not serve now")


def first_of(registry: Registry, version: Version, model: Model) -> tuple[Rival | None, str]:
    """What was served first, and a note on what was before it and cannot be compared with.

    The adapter that Pilares ships with, where it is for this model, else the first of the topic that was ever promoted
    and is still there and whole. None for the very same weights, or where there is none.

    Raises AdapterInvalid for a damaged shipped adapter, and RegistryUnusable.
    """
    if _is_for(SHIPPED, model):
        return (None if _same(SHIPPED, version) else Rival(SHIPPED_NAME, SHIPPED)), ""
    versions = {each.name: each for each in registry.versions(version.topic)}
    promoted = [
        versions[move.after] for move in registry.history() if move.action == "promote" and move.after in versions
    ]
    damaged = list[str]()
    for each in dict.fromkeys(promoted):
        try:
            if each.whole() and _is_for(each.folder, model):
                first = None if _same(each.folder, version) else Rival(each.name, each.folder)
                return first, _damaged(damaged)
        except AdapterInvalid:
            damaged.append(each.name)
    return None, _damaged(damaged)


def _damaged(names: Sequence[str]) -> str:
    """Why earlier generations are no floor; empty where there are none."""
    return f"beside the first generation: not {', '.join(names)}, whose files are damaged" if names else ""


def _same(folder: Path, version: Version) -> bool:
    return Adapter(folder).card.get("sha256") == version.card.get("sha256")


def _served(serving: Adapters, version: Version, model: Model) -> Rival:
    names = _names(serving)
    own = [name for name in names if name.startswith(f"{version.topic}@v")]
    for name in (*own, *names[:1]):
        folder = serving.files[name].parent
        if name != version.name and _is_for(folder, model):
            return Rival(_plain(name), folder)
    why = f"{version.name} itself serves" if version.name in names else "nothing that serves is for this model"
    return Rival(note=f"against the base: {why}")


def _serving(settings: Settings) -> Adapters:
    """What serves; nothing where the settings name an alias that nothing was promoted to yet."""
    with suppress(ModelUnavailable):
        return read_adapters(settings)
    return Adapters()


def _names(serving: Adapters) -> Sequence[str]:
    """The adapters that serve, the one for everybody first."""
    return list(dict.fromkeys(name for name in (serving.default, *serving.serving.values()) if name))


def _plain(name: str) -> str:
    """The shipped adapter has its hash in its name, which changes with a release."""
    return SHIPPED_NAME if name.startswith(f"{SHIPPED_NAME}@") and "@v" not in name else name


def _is_for(folder: Path, model: Model) -> bool:
    return bool(Adapter(folder).card.get("base_sha256") == model.files[0].sha256)
