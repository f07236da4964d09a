"""Serves what a person has answered before, when the same is asked again.

    near        the question that stands alone, against the questions of curated answers in the same language
    the same    numbers, names, negation and what is asked for agree (`assistant.curated.agreement`)
    stands      the sentences it rests on stand in their documents, word for word, and whoever asks may read them
    found       the search for this question has found one of them

An answer whose document has changed or gone is not served, and waits for somebody to look at it.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

from assistant.curated.nearest import CuratedStore, Near, Nearest
from assistant.curated.record import Curated
from assistant.curated.standing import Documents, Standing, standing
from assistant.grounding.citations import without_markers
from assistant.messages import message
from assistant.turn.answer import Support
from assistant.turn.outcome import Outcome
from assistant.turn.strategies.strategy import Scene

REASON = "curated"
EXPIRED = "its review date has passed"


class CuratedStrategy:
    """Comes after the search, before anything is read. `least` is the least cosine by language."""

    name = REASON

    def __init__(
        self, store: CuratedStore, nearest: Nearest, documents: Documents, least: Callable[[str], float],
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:  # fmt: skip
        self._store = store
        self._nearest = nearest
        self._documents = documents
        self._least = least
        self._today = today

    def prime(self) -> None:
        """Compute the vectors of the questions."""
        self._nearest.refresh()

    def begin(self, scene: Scene) -> Outcome | None:
        """Serve the nearest one that stands; leave the turn alone when there is none, or a model was asked for."""
        request = scene.context.request
        if request.model != "auto" or request.filter or not scene.evidence:
            return None
        question, language = scene.understanding.question, scene.understanding.language
        for near in self._nearest.of(question, language, self._least(language)):
            if near.curated.expires <= self._today():
                self._store.mark(near.curated.id, EXPIRED)
                continue
            found = standing(near.curated, self._documents, request.groups)
            if found.verdict == "stale":
                self._store.mark(near.curated.id, found.why)
            if found.verdict == "stands" and _was_found(near.curated, scene):
                return self._served(scene, near, found)
        return None

    def _served(self, scene: Scene, near: Near, found: Standing) -> Outcome:
        answer = without_markers(near.curated.answer).strip()
        markers = tuple(each.marker for each in found.citations)
        text = f"{answer} {''.join(f'[{marker}]' for marker in markers)}\n\n{note(near.curated, scene.language)}"
        scene.found(found.evidence, scene.searched)
        route = scene.route(None, REASON)
        scene.write(text)
        return Outcome(
            text, route, evidence=found.evidence, citations=found.citations,
            support=(Support(answer, 1.0, True, markers),), searched=scene.searched,
            signals={"curated": round(near.cosine, 3)},
        )  # fmt: skip


def note(curated: Curated, language: str) -> str:
    """Who stands for it, and when they looked at it."""
    return f"*{message('curated_note', language, name=curated.approver, date=curated.reviewed.isoformat())}*"


def _was_found(curated: Curated, scene: Scene) -> bool:
    """Whether what was found for this question holds a sentence that the answer rests on."""
    spans = {
        (each.passage.document_id, sentence.text) for each in scene.evidence for sentence in each.passage.sentences
    }
    return any((ground.document_id, ground.quote) in spans for ground in curated.grounds)
