"""Reads the evidence of one part of a question, and says what it says: in the reader's words, or in its own."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.grounding.abstain import LEAST_CONFIDENCE, confidence
from assistant.grounding.citations import Citer
from assistant.grounding.context import in_context
from assistant.grounding.judge import JudgedLine, Sifted, as_evidence
from assistant.turn.answer import Evidence
from assistant.turn.context import Stopped
from assistant.turn.events import Reading
from assistant.turn.faithful import ChecksLines, faithful
from assistant.turn.quoting import says_as_much
from assistant.turn.read import CLEAR, UNCLEAR, Reader
from assistant.turn.strategies.comparing import Asked
from assistant.turn.strategies.part_answers import Said, quoted_lines
from assistant.turn.strategies.strategy import Scene
from knowledge.lexical.analyzer import Analyzer

# Lines that are shown of a part when it is not sure which of them answers.
LINES_OF_PART = 2
# A line of the question as a whole counts for a thing that it names from this probability on.
SECOND_LOOK = 0.1


class PartReader:
    """Answers one part after the other. Without `check` the words are checked by their figures and sources alone."""

    def __init__(
        self, reader: Reader, citer: Citer, check: ChecksLines | None, *, least: float = LEAST_CONFIDENCE
    ) -> None:
        self._reader = reader
        self._citer = citer
        self._check = check
        self._least = least
        self._analyzer = Analyzer()

    def sift(self, scene: Scene, question: str, evidence: tuple[Evidence, ...]) -> Sifted:
        """The lines that answer a question; its parts are read by themselves later. Raises ModelError, and Stopped."""
        if scene.context.stopped.is_set():
            raise Stopped
        understanding = replace(scene.understanding, text=question, question=question)
        return self._reader.sift(
            understanding,
            evidence,
            scene.context.stopped,
            lambda line, lines: scene.emit(Reading(line, lines)),
            apart=True,
        )

    def said(self, scene: Scene, part: Asked, evidence: tuple[Evidence, ...]) -> Said:
        """What the documents say of one part. Raises ModelError, and Stopped."""
        if not evidence:
            return Said(part)
        sifted = self.sift(scene, part.question, evidence)
        if not sifted.lines or confidence(sifted.signals) < self._least:
            return Said(part)
        sure = sifted.signals.get("found", 0.0)
        if sifted.signals.get(UNCLEAR):
            return _quoted(part, sifted.lines[:LINES_OF_PART], sure if sure < CLEAR else sifted.lines[0].sure)
        return self._told(scene, part, sifted) or _quoted(part, sifted.lines[:1], sure)

    def unsure(self, whole: Sifted) -> bool:
        """Whether the whole question was read without being sure either way: then no part is called missing."""
        return confidence(whole.signals) >= self._least and whole.signals.get("found", 0.0) < CLEAR

    def looked_for_again(self, parts: Sequence[Said], sifted: Sifted) -> list[Said]:
        """Things that were not found by themselves, from a reading of the question as a whole: lines that name them."""
        if confidence(sifted.signals) < self._least:
            return list(parts)
        lines = [line for line in (*sifted.lines, *sifted.others) if line.sure >= SECOND_LOOK]
        return [part if part.found else self._named(part, parts, lines, sifted) for part in parts]

    def each_its_own(self, parts: Sequence[Said]) -> list[Said]:
        """Things compared without the lines that are about another of them."""
        return [self._without_others(part, parts) for part in parts]

    def _without_others(self, part: Said, parts: Sequence[Said]) -> Said:
        others = [self._own(each, parts) for each in parts if each is not part]
        own = self._own(part, parts)
        kept = [line for line in part.lines if self._about(line, own) or not any(self._all(line, o) for o in others)]
        if part.lines and not part.quoted:
            return part if part.lines[0] in kept else Said(part.asked)
        naming = [line for line in kept if self._about(line, own)] or kept[:1]
        return _quoted(part.asked, tuple(naming), part.sure) if naming else Said(part.asked)

    def _named(self, part: Said, parts: Sequence[Said], lines: Sequence[JudgedLine], sifted: Sifted) -> Said:
        own = self._own(part, parts)
        for line in lines:
            if self._all(line, own):
                return _quoted(part.asked, (line,), min(sifted.signals.get("found", 0.0), line.sure))
        return part

    def _own(self, part: Said, parts: Sequence[Said]) -> frozenset[str]:
        """The words of a thing's name that no other has."""
        others = (self._terms(each.asked.label) for each in parts if each is not part)
        return self._terms(part.asked.label).difference(*others)

    def _about(self, line: JudgedLine, own: frozenset[str]) -> bool:
        return bool(own & self._terms(in_context(line.evidence.passage, line.sentence)))

    def _all(self, line: JudgedLine, own: frozenset[str]) -> bool:
        return bool(own) and own <= self._terms(in_context(line.evidence.passage, line.sentence))

    def _terms(self, text: str) -> frozenset[str]:
        return frozenset(self._analyzer.query_terms(text, None, limit=1_000))

    def _told(self, scene: Scene, part: Asked, sifted: Sifted) -> Said | None:
        """The lines in the reader's words, as long as these say what the lines say, or the likeliest of them."""
        text = scene.ask("reader", list(sifted.asked)).strip()
        for lines in dict.fromkeys((sifted.lines, sifted.lines[:1])):
            reading = as_evidence(lines)
            if text and self._backed(text, part.question, reading):
                grounded = self._citer.ground(text, part.question, reading, selected=True, language=scene.language)
                if grounded.citations and all(each.supported for each in grounded.support):
                    return Said(part, grounded, lines, sure=sifted.signals["found"])
        return None

    def _backed(self, text: str, question: str, reading: Sequence[Evidence]) -> bool:
        if not says_as_much(text, question, reading):
            return False
        return self._check is None or faithful(self._check, text, question, reading)


def _quoted(part: Asked, lines: tuple[JudgedLine, ...], sure: float) -> Said:
    return Said(part, quoted_lines(lines), lines, quoted=True, sure=sure)
