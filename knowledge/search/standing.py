"""What else than words and meaning counts in a ranking: versions, pins, and how recent a document is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.search.fusion import Scores
from knowledge.versions import asked_marks

# Shares of a passage's own score, so that nothing comes up that the question does not call for.
PINNED = 1.15
SUPERSEDED = 0.7
NEWEST = 0.1
_BELOW = 0.999
_ASKS_FOR_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent|current|currently|at present|nowadays|in force|last version|"
    r"(?:más )?recientes?|últim[oa]s?|actual|actuales|actualmente|vigentes?|hoy en día)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a passage's document stands: `marks` are its years and versions, `day` (UTC seconds) the one it is of."""

    document_id: str
    pinned: bool = False
    superseded_by: str | None = None
    marks: frozenset[int] = frozenset()
    day: float | None = None
    language: str | None = None


def by_standing(scores: Scores, standings: Mapping[str, Standing], question: str) -> dict[str, float]:
    """Raise what is pinned, put a superseded document below its successor, prefer recent ones when these are asked for.

    A document whose year or version the question names is not put back.
    """
    asked = asked_marks(question)
    raised = _recent(scores, standings) if _ASKS_FOR_NEWEST.search(question) else dict(scores)
    best: dict[str, float] = {}
    for key, standing in standings.items():
        if key in raised:
            raised[key] *= PINNED if standing.pinned else 1.0
            best[standing.document_id] = max(raised[key], best.get(standing.document_id, 0.0))
    for key, standing in standings.items():
        if key in raised and standing.superseded_by and not asked & standing.marks:
            limit = best.get(standing.superseded_by)
            put_back = raised[key] * SUPERSEDED
            raised[key] = put_back if limit is None else min(put_back, limit * _BELOW)
    return raised


def _recent(scores: Scores, standings: Mapping[str, Standing]) -> dict[str, float]:
    days = [standing.day for key, standing in standings.items() if key in scores and standing.day is not None]
    if len(set(days)) < 2:
        return dict(scores)
    first, last = min(days), max(days)
    share = {key: (each.day - first) / (last - first) for key, each in standings.items() if each.day is not None}
    return {key: score * (1 + NEWEST * share.get(key, 0.0)) for key, score in scores.items()}
