"""What people think of the adapters that serve a part of the conversations, and what follows from it."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from assistant.models.adapters import Adapters
from finetune.registry import Canary, Registry
from finetune.registry.canary import Votes, judged

WHO = "pilares"
log = logging.getLogger(__name__)


class CountsThumbs(Protocol):
    """Counts what people thought of answers, by the adapter that read for them (`Traffic`)."""

    def thumbs(self, since: datetime) -> Mapping[str, tuple[int, int]]:
        """Conversations up and down by adapter."""


def votes_on(canary: Canary, champion: str, thumbs: CountsThumbs) -> tuple[Votes, Votes]:
    """The champion's votes and the candidate's, both since the candidate began."""
    found = thumbs.thumbs(datetime.fromisoformat(canary.since))
    return Votes(*found.get(champion, (0, 0))), Votes(*found.get(canary.candidate, (0, 0)))


def judge_canaries(registry: Registry, adapters: Adapters, thumbs: CountsThumbs) -> None:
    """Take back the candidates that people like less than their champions. Raises FinetuneError."""
    for alias, canary in registry.canaries().items():
        champion = canary.champion or adapters.default
        before, candidate = votes_on(canary, champion, thumbs)
        if judged(before, candidate) == "worse":
            why = (
                f"thumbs down in {candidate.down} of {candidate.total} conversations, "
                f"{before.down} of {before.total} with {champion}"
            )
            log.warning("%s is taken back from %s: %s", canary.candidate, alias, why)
            registry.rollback(alias, who=WHO, why=why)
