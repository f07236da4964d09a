"""Reads the evidence with the reader: the small model, trained to name the line that answers, or none.

The nearest lines are read first. When one of them surely answers, the answer begins; otherwise the rest is read after
them, which costs no more than reading all at once, because what was read stays in the model's cache.
"""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from threading import Event

import numpy as np
from langchain_core.messages import BaseMessage

from assistant.grounding.abstain import hopeless, must_abstain
from assistant.grounding.bands import bands_of
from assistant.grounding.citations import Citer, figures
from assistant.grounding.judge import JudgedLine, Sifted, Tell, as_evidence
from assistant.grounding.names import first_signals
from assistant.grounding.vectors import SentenceVectors
from assistant.turn import trained_prompts as prompts
from assistant.turn.answer import Evidence, Understanding
from assistant.turn.cases import LEAST_FOR_CASE, Cases
from assistant.turn.context import Stopped
from assistant.turn.parts import MOST_PARTS, can_be_asked_of_lines, parts_of
from assistant.turn.ports import LanguageModels
from knowledge.passage import Sentence

# Lines that are read at first.
AT_FIRST = 5
# The signal of how many lines were before the reader when it answered: what is learnt from a turn is asked likewise.
LINES_READ = "lines_read"
# The signal that it is not clear which of the lines answers, or whether any does: then they speak for themselves.
UNCLEAR = "unclear"
# From this P(one of the lines answers) on, no more lines are read, and the reader says how many of them the answer
# takes. Below it the likeliest ones are given as they are, for the person to see which of them fits: the right one
# comes first for three questions out of four, and is among the first three for nearly nine out of ten.
CLEAR = 0.8
MOST_LINES = 3
# A line for another part of the question counts from this probability on, before or after the first one is named: lines
# that answer share the first token's probability, and the reader was trained on few questions of several parts.
SECOND_LINE = 0.05
# A line that has less than this share of what all lines have together is one of several that answer, for several cases
# mostly ("days of leave" by years of service): which case is the person's is not for the reader to guess.
LEAST_SHARE = 0.5
# A line in the language of the question is given in the place of one in another language from this share of its
# probability on: where documents are kept in both, two lines say the same, and share what the reader is sure of.
OWN_LANGUAGE = 0.5
# A part of the question is left unsaid by the chosen lines from this P(none of them answers it) on. By itself a part
# that leans on the one before it ("What's the deadline?") often seems so, at 0.8.
UNSAID = 0.95
# Lines that were not chosen, and are looked at for what contradicts the answer.
MOST_OTHERS = 3
# A line less likely than this is never given beside a better one; nor, where one thing is asked, is one that is less
# likely than a tenth of the likeliest.
LEAST_LIKELY, LEAST_OF_BEST = 0.01, 0.1

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is read, and how near the question it is, 0 to 1."""

    evidence: Evidence
    sentence: Sentence
    near: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader was asked, and P(line answers) for each line with, last, P(none does).

    `said_twice` are lines of another language that are not given, since one in the question's own says the same.
    """

    asked: Sequence[BaseMessage]
    sure: Sequence[float]
    said_twice: frozenset[int] = frozenset()

    @property
    def found(self) -> float:
        """P(one of the lines answers)."""
        return 1 - self.sure[-1]

    @property
    def given(self) -> list[float]:
        """P(line answers) of what may be given, 0 for what is said twice."""
        return [0.0 if index in self.said_twice else sure for index, sure in enumerate(self.sure[:-1])]

    @property
    def divided(self) -> bool:
        """Whether no line by itself has most of what is found."""
        return max(self.given, default=0.0) < LEAST_SHARE * sum(self.given)

    def likeliest(self, parts: int = 1) -> list[int]:
        """Up to three lines, the likeliest first, for a question of so many parts."""
        given = self.given
        order = sorted(set(range(len(given))) - self.said_twice, key=lambda index: -given[index])[:MOST_LINES]
        least = max(LEAST_LIKELY, LEAST_OF_BEST * given[order[0]] if parts == 1 else 0.0)
        return [index for index in order if index == order[0] or given[index] >= least]


class Reader:
    """Asks the reader which of the lines answers; in the place of `Sifter` it costs one reading instead of ten.

    With `cases`, a question that no line surely answers is asked again for each case that a table has.
    """

    def __init__(
        self, models: LanguageModels, vectors: SentenceVectors, citer: Citer, cases: Cases | None = None
    ) -> None:
        self._models = models
        self._vectors = vectors
        self._citer = citer
        self._cases = cases

    @property
    def opening(self) -> Sequence[Mapping[str, str]]:
        """The shortest prompt there is: what all others begin with."""
        return [{"role": _ROLES[message.type], "content": message.text} for message in prompts.pick("?", "en", ())]

    def prime(self) -> None:
        """Load what the first question needs. Raises ModelUnavailable."""
        self._models.first_token("reader", prompts.pick("?", "en", ()))

    def sift(
        self, understanding: Understanding, evidence: Sequence[Evidence], stopped: Event, tell: Tell, *,
        apart: bool = False,
    ) -> Sifted:  # fmt: skip
        """Choose the lines of `evidence` that answer; `tell` hears how many of how many are being read.

        With `apart`, parts for which there are too few lines are read by themselves afterwards: what the lines leave
        unsaid is then not looked at.

        Raises ModelUnavailable and GenerationFailed, and Stopped when the turn was stopped before a reading.
        """
        question = understanding.question
        texts = parts_of(question)
        parts = max(1, len(texts))
        signals = first_signals(understanding.text, evidence)
        if hopeless(signals):
            return Sifted((), (), parts, signals)
        lines = nearest_first(question, evidence, self._vectors)
        reading = self._reading(understanding, lines, parts, stopped, tell)
        clear = reading.found >= CLEAR and (parts > 1 or not reading.divided)
        order = self._named(reading, parts) if clear else reading.likeliest(parts)
        if parts == 1 and not apart and not clear:
            none = must_abstain({**signals, "found": reading.found})
            likely = lines if none else [lines[each] for each in order]
            if rows := self._of_cases(understanding, likely, stopped):
                found = round(min(row.sure for row in rows), 3)
                signals |= {"found": found, LINES_READ: len(reading.sure) - 1, UNCLEAR: 1}
                return Sifted(as_evidence(rows), rows, 1, signals, tuple(reading.asked), by_case=True)
        later = [part for part in texts[1:MOST_PARTS] if can_be_asked_of_lines(part, texts[0])]
        looked_at = later if clear and not (apart and len(order) < parts) else ()
        unsaid = self._unsaid(looked_at, understanding.language, [lines[each] for each in order], stopped)
        judged = [
            JudgedLine(line.evidence, line.sentence, 0, sure, line.near)
            for line, sure in zip(lines, reading.sure[:-1], strict=False)
        ]
        chosen = [judged[index] for index in order]
        others = sorted((each for each in judged if each not in chosen), key=lambda line: -line.sure)
        shown = as_evidence(chosen)
        signals |= {
            "found": round(reading.found, 3),
            "coverage": round(self._citer.coverage(question, shown), 3),
            LINES_READ: len(reading.sure) - 1,
            UNCLEAR: int(not clear or bool(unsaid)),
        }
        named = prompts.picked([prompts.LABELS[index] for index in order])
        takes = len(order) if clear else parts
        more = tuple(others[:MOST_OTHERS])
        return Sifted(shown, tuple(chosen), takes, signals, (*reading.asked, named), more, unsaid)

    def _reading(
        self, understanding: Understanding, lines: Sequence[Line], parts: int, stopped: Event, tell: Tell
    ) -> Reading:
        """The nearest lines, or all of them: whichever reading is surer that one of its lines answers."""
        language = understanding.language

        def read(some: Sequence[Line]) -> Reading:
            if stopped.is_set():
                raise Stopped
            tell(len(some), len(lines))
            asked = asked_of(understanding.question, language, some)
            sure = probabilities(self._models.first_token("reader", asked), len(some))
            return Reading(asked, sure, said_twice(some, sure, language, parts))

        # A question of several parts may find one part among the nearest lines and another further away.
        first = read(lines[:AT_FIRST] if parts == 1 else lines)
        done = first.found >= CLEAR or len(first.sure) > len(lines)
        return first if done else max(first, read(lines), key=lambda each: each.found)

    def _of_cases(self, understanding: Understanding, lines: Sequence[Line], stopped: Event) -> tuple[JudgedLine, ...]:
        """The rows of the nearest table of which each answers the question for its case; nothing without one."""
        question, language = understanding.question, understanding.language
        read = [(line.evidence, line.sentence, line.near) for line in lines]
        for table in self._cases.tables(question, language, read) if self._cases else ():
            rows = [Line(table.evidence, *each) for each in zip(table.rows, table.near, strict=True)]
            sure = list[float]()
            for place, case in enumerate(table.cases):
                if stopped.is_set():
                    raise Stopped
                asked = asked_of(f"{case}: {question}", language, rows)
                sure.append(probabilities(self._models.first_token("reader", asked), len(rows))[place])
                if sure[-1] < LEAST_FOR_CASE:
                    break
            else:
                return table.whole(sure)
        return ()

    def _unsaid(self, parts: Sequence[str], language: str, lines: Sequence[Line], stopped: Event) -> tuple[str, ...]:
        """The later parts of a question that none of the lines answers: there a model would make something up.

        Who names the lines looks at the question as a whole, and is content with those that answer its first part.
        """
        found = []
        for part in parts:
            if stopped.is_set():
                raise Stopped
            tokens = self._models.first_token("reader", asked_of(part, language, lines))
            if probabilities(tokens, len(lines))[-1] >= UNSAID:
                found.append(part)
        return tuple(found)

    def _named(self, reading: "Reading", parts: int) -> list[int]:
        """The lines that the reader names one after the other until it begins to answer.

        It may not end before each part has a line, as long as another one is likely enough.
        """
        order = reading.likeliest()[:1]
        lines = len(reading.sure) - 1
        while len(order) < min(MOST_LINES, lines):
            labels = [prompts.LABELS[index] for index in order]
            tokens = self._models.first_token("reader", [*reading.asked, prompts.picked(labels, ended=False)])
            *others, ends = probabilities(without_spaces(tokens), lines, prompts.END)
            if len(order) < parts:
                others = [max(each) for each in zip(others, reading.sure, strict=False)]
                ends = SECOND_LINE
            for index in {*order, *reading.said_twice}:
                others[index] = 0.0
            if max(others) <= ends:
                break
            order.append(others.index(max(others)))
        return order


def nearest_first(question: str, evidence: Sequence[Evidence], vectors: SentenceVectors) -> list[Line]:
    """The lines that are read: the nearest ones, then the rest; in both, those of a passage together."""
    found = [(each, sentence) for each in evidence for sentence in each.selected or each.passage.sentences]
    rows = np.stack([vectors.of_sentence(each.passage, sentence) for each, sentence in found])
    cosines = rows @ vectors.of_questions([question])[0]
    band = bands_of(vectors.model_id).question
    order = np.argsort(-cosines, kind="stable")[: len(prompts.LABELS)]
    lines = [Line(found[i][0], found[i][1], band.position(float(cosines[i]))) for i in order]
    return [*_by_passage(lines[:AT_FIRST]), *_by_passage(lines[AT_FIRST:])]


def said_twice(lines: Sequence[Line], sure: Sequence[float], language: str, parts: int = 1) -> frozenset[int]:
    """Lines in another language that say, as far as their figures tell, what a line in the question's `language` says.

    That line, the likeliest of its language, has to be at least half as likely as they are. Where a question has
    several parts, a line of another language may be about another one of them, unless it has the very same figures.
    """
    own = [index for index, line in enumerate(lines) if line.evidence.passage.language in (language, None)]
    best = max(own, key=lambda index: sure[index], default=None)
    if best is None:
        return frozenset()
    said = figures(lines[best].sentence.text)
    foreign = set(range(len(lines))) - set(own)
    alike = _nested if parts == 1 else _same
    return frozenset(
        index for index in foreign
        if sure[best] >= OWN_LANGUAGE * sure[index] and alike(said, figures(lines[index].sentence.text))
    )  # fmt: skip


def _nested(one: Set[str], other: Set[str]) -> bool:
    return one <= other or other <= one


def _same(one: Set[str], other: Set[str]) -> bool:
    return bool(one) and one == other


def asked_of(question: str, language: str, lines: Sequence[Line]) -> list[BaseMessage]:
    """What the reader is asked about some lines."""
    shown = prompts.under_headings((line.evidence.passage, line.sentence) for line in lines)
    return prompts.pick(question, language, shown)


def _by_passage(lines: Sequence[Line]) -> list[Line]:
    """Passages by their nearest line, their lines in the order of the document."""
    numbers = list(dict.fromkeys(map(_number, lines)))
    return sorted(lines, key=lambda line: (numbers.index(_number(line)), line.sentence.start))


def _number(line: Line) -> int:
    return line.evidence.number


def without_spaces(tokens: Mapping[str, float]) -> dict[str, float]:
    """Log-probabilities of tokens without the spaces around them: " B" counts as "B", beside "B" itself."""
    summed: dict[str, float] = {}
    for token, p in tokens.items():
        name = token.strip(" ")
        summed[name] = float(np.logaddexp(summed.get(name, -math.inf), p))
    return summed


def probabilities(tokens: Mapping[str, float], lines: int, other: str = prompts.NONE) -> list[float]:
    """P(label comes next) for each line, and last P(`other` does); what the model may say besides is left out."""
    of_token = {token: math.exp(p) for token, p in tokens.items()}
    found = [of_token.get(token, 0.0) for token in (*prompts.LABELS[:lines], other)]
    total = sum(found)
    return [each / total for each in found] if total > 0 else [0.0] * lines + [1.0]
