"""Comparisons, and questions of several parts: taken apart, each part searched and read by itself, put together.

decompose   by code; a model names the things only when a question compares and code cannot tell what
whole       a question of several parts is read as a whole first; when that finds a line for each, it stays a question
each part   searched with the same grants and filter, read, put in words or quoted
combine     a comparison aligned, with the difference worked out; else a paragraph for each part
missing     a part that the documents do not answer is named; when they answer none, it stays a question
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from assistant.errors import ModelError
from assistant.grounding.citations import Grounded
from assistant.grounding.judge import Sifted
from assistant.turn import trained_prompts
from assistant.turn.answer import Evidence, TurnRequest
from assistant.turn.corpus import subject_across
from assistant.turn.outcome import Outcome
from assistant.turn.parts import needs_the_first, parts_of
from assistant.turn.read import CLEAR
from assistant.turn.rewriting import MAX_TOKENS, cleaned, keeps_meaning
from assistant.turn.strategies.comparing import Asked, compares, things_compared
from assistant.turn.strategies.naming_things import named_things
from assistant.turn.strategies.part_answers import Said, compared, one_after_the_other
from assistant.turn.strategies.part_reading import PartReader
from assistant.turn.strategies.searching import together
from assistant.turn.strategies.several import says_little, several_questions
from assistant.turn.strategies.strategy import LockOf, Scene
from knowledge.lexical.analyzer import Analyzer

COMPARISON = "comparison"


class Searches(Protocol):
    """Finds evidence for each of several questions (`PartSearch`)."""

    def find(
        self, questions: Sequence[str], whole: str, request: TurnRequest, language: str
    ) -> list[tuple[Evidence, ...]]:
        """Evidence for each, numbered together."""


class PartsStrategy:
    """Comes after the search. `lock_of` says what keeps a turn on this computer once more has been found."""

    name = "parts"

    def __init__(self, reader: PartReader, search: Searches, lock_of: LockOf | None = None) -> None:
        self._reader = reader
        self._search = search
        self._lock_of = lock_of
        self._analyzer = Analyzer()

    def prime(self) -> None:
        """The reader is primed by whoever reads questions."""

    def begin(self, scene: Scene) -> Outcome | None:
        """Answer a comparison or a question of several parts; None for any other, and when no part is found."""
        asked, comparing = self.taken_apart(scene)
        if not asked:
            return None
        try:
            whole = None if comparing else self._reader.sift(scene, scene.understanding.question, scene.evidence)
            if whole is not None and _answered(whole, len(asked)):
                return None
            return self._answer(scene, asked, whole)
        except ModelError:
            return None  # the usual way says what is wrong, or does without

    def taken_apart(self, scene: Scene) -> tuple[tuple[Asked, ...], bool]:
        """What is asked, part by part, and whether it is compared; nothing for a question of one part."""
        understanding, request = scene.understanding, scene.context.request
        question = understanding.question
        if request.model != "auto" or not scene.evidence or subject_across(understanding.text) is not None:
            return (), False
        if things := things_compared(question):
            return things, True
        if understanding.intent == COMPARISON and compares(question):
            return named_things(scene, self._analyzer), True
        return several_questions(question, understanding.language, self._analyzer), False

    def _answer(self, scene: Scene, asked: Sequence[Asked], read: Sifted | None) -> Outcome | None:
        """`read` is the reading of the whole question; None for a comparison, where it is seldom needed."""
        understanding, comparing = scene.understanding, read is None
        request, whole, language = scene.context.request, understanding.question, understanding.language
        if not comparing:
            asked = [asked[0], *(self._alone(scene, part, asked[0]) for part in asked[1:])]
            if any(says_little(part.question, language, self._analyzer) for part in asked):
                return None  # it could not be put in words that can be searched for
        evidence = self._search.find([each.question for each in asked], whole, request, language)
        found = together(evidence)
        if self._lock_of is not None:
            scene.keep_here(self._lock_of, found)
        said = [self._reader.said(scene, part, own) for part, own in zip(asked, evidence, strict=True)]
        if comparing:
            said = self._reader.each_its_own(said)
        if not any(each.found for each in said):
            return None
        if not all(each.found for each in said):
            read = read or self._reader.sift(scene, whole, found)
            said = self._reader.looked_for_again(said, read) if comparing else said
            if not all(each.found for each in said) and self._reader.unsure(read):
                return None
        grounded = compared(said, whole, language, self._analyzer) if comparing else one_after_the_other(said, language)
        return self._outcome(scene, grounded, found, said, comparing)

    def _alone(self, scene: Scene, part: Asked, first: Asked) -> Asked:
        """A later part as it reads without the first, which the reader was trained to write."""
        little = says_little(part.question, scene.language, self._analyzer)
        if not (little or needs_the_first(part.question, first.question)):
            return part
        prompt = trained_prompts.alone(part.question, first.question, "")
        written = cleaned(scene.ask("reader", prompt, max_tokens=MAX_TOKENS))
        carried = f"{first.question} {part.question}"
        kept = keeps_meaning(self._analyzer, written, part.question, carried, scene.language)
        return replace(part, question=written) if kept and len(parts_of(written)) < 2 else part

    def _outcome(
        self, scene: Scene, grounded: Grounded, evidence: tuple[Evidence, ...], said: Sequence[Said], comparing: bool
    ) -> Outcome:
        scene.found(evidence, scene.searched)
        route = scene.route("reader", "compared" if comparing else "parts")
        scene.write(grounded.text)
        found = [each.sure for each in said if each.found]
        signals = {"parts": float(len(said)), "parts_found": float(len(found)), "found": min(found)}
        return Outcome(
            grounded.text, route, evidence=evidence, citations=grounded.citations, support=grounded.support,
            searched=scene.searched, signals=signals,
        )  # fmt: skip


def _answered(whole: Sifted, parts: int) -> bool:
    """Whether the reading of a whole question found a line for each of its parts."""
    return whole.signals.get("found", 0.0) >= CLEAR and len(whole.lines) >= parts and not whole.unsaid
