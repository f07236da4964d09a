"""What of people's corrections counts now, at each of the three speeds (docs/finetuning.md, "Three speeds")."""

from dataclasses import dataclass

from assistant.curated.store import CuratedAnswers
from assistant.finetuning.datasets import DatasetDesk
from assistant.models.adapters import registry_of
from assistant.raising.store import RaisedPassages
from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Speeds:
    """At once: curated answers that are served, and that wait. Today: passages that rise. Tonight: rows that were
    accepted, that wait for a review, and the version that serves; empty for what came with Pilares."""

    curated: int
    stale: int
    raised: int
    accepted: int
    waiting: int
    serving: str


def speeds_of(settings: Settings, curated: CuratedAnswers, raised: RaisedPassages) -> Speeds:
    """As it is now. Raises StorageError and FinetuneError."""
    states = [each.state for each in DatasetDesk(settings.home).queue.rows()]
    return Speeds(
        len(curated.find("served")), len(curated.find("review")), len(raised.current()), states.count("accepted"),
        states.count("proposed") + states.count("held"), registry_of(settings).aliases().get(settings.learn.alias, ""),
    )  # fmt: skip
