"""Checks a claim or a pasted text against the documents, sentence by sentence.

    shape and intent    words that ask for a check, and what is to be checked (`pasted`, `meant`)
    sentences           claims, and what there is nothing to check about (`claims`)
    each claim          searched for as whoever asks may search, then judged against what was found
    answer              a sum, and under it every sentence with its verdict and the line behind it (`checked`)

The pasted text is data: it is searched for and shown, and a model sees a sentence of it as a statement to be judged.
"""

from collections.abc import Sequence
from dataclasses import replace

from assistant.grounding.support.verdicts import ChecksClaims, ClaimVerdict
from assistant.messages import message
from assistant.turn.answer import Evidence
from assistant.turn.checking.checked import Judged, report
from assistant.turn.checking.claims import Piece, pieces_of
from assistant.turn.checking.found import found_for
from assistant.turn.checking.pasted import Asked, asked_to_check
from assistant.turn.events import Reading
from assistant.turn.language import recognise
from assistant.turn.outcome import Outcome
from assistant.turn.strategies.meant import Meant
from assistant.turn.strategies.strategy import LockOf, Scene
from knowledge.passage import Passage

REASON = "claims_checked"
MOST_SENTENCES = 40


class CheckingStrategy:
    """Comes before the search: what is pasted is no question."""

    name = "checking"

    def __init__(self, check: ChecksClaims, meant: Meant, lock_of: LockOf, *, most: int = MOST_SENTENCES) -> None:
        self._check = check
        self._meant = meant
        self._lock_of = lock_of
        self._most = most

    def prime(self) -> None:
        """Nothing to load."""

    def begin(self, scene: Scene) -> Outcome | None:
        """Check what the turn asks to have checked."""
        asked = asked_to_check(scene.understanding.text)
        if asked is None or not self._meant(asked.words):
            return None
        language = recognise(asked.words, scene.language).language
        pieces = [Piece(asked.text, True)] if asked.one_claim else pieces_of(asked.text)
        if not any(piece.claim for piece in pieces):
            text = message("check_nothing" if asked.text else "check_what", language)
            route = scene.route(None, REASON)
            scene.write(text)
            return Outcome(text, route)
        return self._checked(scene, asked, pieces, language)

    def _checked(self, scene: Scene, asked: Asked, pieces: Sequence[Piece], language: str) -> Outcome:
        taken, left = _bounded(pieces, self._most)
        claims = [piece for piece in taken if piece.claim]
        request, context = scene.context.request, scene.context
        passages = found_for(
            claims,
            scene.library,
            scene.models.embedder(),
            request.groups,
            request.filter,
            scene.check_stopped,
        )
        nearest = [Evidence(0, found[0], found[0].sentences[0], 0.0) for found in passages if found]
        everything = [Evidence(0, each, each.sentences[0], 0.0) for found in passages for each in found]
        scene.keep_here(self._lock_of, everything)
        searched = scene.library.count_documents(request.groups, request.filter)
        scene.found(_numbered(nearest), searched)
        route = scene.route("llm", REASON)
        verdicts = iter(self._judged(scene, claims, passages))
        judged = [Judged(piece, next(verdicts) if piece.claim else None) for piece in taken]
        told = report(judged, left, language, one=asked.one_claim)
        scene.found(told.evidence, searched)
        scene.write(told.text)
        return Outcome(
            told.text, replace(route, lock=context.keeping.lock),
            evidence=told.evidence, citations=told.citations, support=told.support,
            searched=searched, signals=told.signals,
        )  # fmt: skip

    def _judged(
        self, scene: Scene, claims: Sequence[Piece], passages: Sequence[Sequence[Passage]]
    ) -> list[ClaimVerdict]:
        """A verdict for each claim; the person sees how far it is, and may stop between two."""
        verdicts = list[ClaimVerdict]()
        for number, (claim, found) in enumerate(zip(claims, passages, strict=True), start=1):
            scene.check_stopped()
            scene.emit(Reading(number, len(claims), "sentence"))
            verdicts += self._check.verdicts([claim.text], found)
        scene.check_stopped()
        return verdicts


def _bounded(pieces: Sequence[Piece], most: int) -> tuple[Sequence[Piece], Sequence[Piece]]:
    """The pieces up to the last claim that is checked, and the claims that are left out."""
    claims = 0
    for place, piece in enumerate(pieces):
        claims += piece.claim
        if claims > most:
            return pieces[:place], [each for each in pieces[place:] if each.claim]
    return pieces, ()


def _numbered(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Each passage once, numbered."""
    passages = {each.passage.chunk_id: each.passage for each in evidence}.values()
    return [Evidence(number, each, each.sentences[0], 0.0) for number, each in enumerate(passages, start=1)]
