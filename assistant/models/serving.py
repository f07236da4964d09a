"""What serves under each alias, by registry and settings, and since when; shown by the command line and the API."""

from dataclasses import dataclass

from assistant.settings import DEFAULT_ALIAS, Settings
from finetune.grounded import SHIPPED as FOLDER
from finetune.lora import Adapter
from finetune.registry import Canary, Registry

SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class Serving:
    """A version, or `SHIPPED`, under an alias. `since` and `by` are those of the last promotion or rollback, if any.

    `fits` is false for the shipped adapter beside another small model than its own: then it serves nobody.
    """

    alias: str
    version: str
    since: str = ""
    by: str = ""
    canary: Canary | None = None
    fits: bool = True


def serving_now(settings: Settings, registry: Registry) -> list[Serving]:
    """By alias. Raises RegistryUnusable."""
    aliases, canaries = dict(registry.aliases()), registry.canaries()
    if settings.grounded_adapter == SHIPPED:
        aliases.setdefault(DEFAULT_ALIAS, SHIPPED)
    last = {move.alias: move for move in registry.history() if move.action in ("promote", "rollback")}
    found = []
    for alias in sorted({*aliases, *canaries}):
        version, move = aliases.get(alias, SHIPPED), last.get(alias)
        since, by = ("", "") if move is None else (move.when, move.who)
        fits = version != SHIPPED or _shipped_fits(settings)
        found.append(Serving(alias, version, since, by, canaries.get(alias), fits))
    return found


def _shipped_fits(settings: Settings) -> bool:
    return bool(settings.slm.url is None and Adapter(FOLDER).card.get("base") == settings.slm.name)
