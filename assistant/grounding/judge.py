"""Which lines of the evidence answer the question: each is put before the large model by itself.

A small "large" model loses the answer among neighbours (last year's rate, the other city's limit) when it reads twenty
lines at once; asked about one line at a time it ranks them well. Measured on the demo organisation's tune half with the
1.5B default (docs/benchmarks.md, "Reading"): the right line is among the first three for 20 of 20 questions that have
it in the evidence, against 15 of 20 by similarity.

The probability comes from the first token of a yes/no question, which costs a line's worth of reading: everything
before the line is in the prompt cache. Source of the pointwise form: Nogueira et al. 2020, "Document Ranking with a
Pretrained Sequence-to-Sequence Model".
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from langchain_core.messages import BaseMessage

from assistant.grounding.abstain import must_abstain
from assistant.grounding.bands import bands_of
from assistant.grounding.context import in_context
from assistant.grounding.evidence import Question
from assistant.grounding.vectors import SentenceVectors
from assistant.turn.answer import Evidence
from knowledge.passage import Sentence

# How much nearness counts beside the log-odds of "yes". Chosen on organisations held out from training and on a tune
# half (docs/benchmarks.md, "Reading"): from 4 to 11 the right line comes first about equally often.
NEAR_WEIGHT = 7.0
# Lines that follow the best one within this distance are given as well: which of them fits is for the person to see.
CLOSE = 0.8
MOST_LINES, MOST_LINES_OF_PART = 3, 2
# For each part of a question with several: enough to hold the answer, few enough to wait for.
LINES_OF_PART = 10
# Lines further behind the nearest than this share of the band are not judged.
FAR_BEHIND = 0.3
# A line with a lower P(yes) is denied, and never quoted beside a better one.
DENIED = 0.2
LONGEST_CONTEXT, LONGEST_LINE = 140, 400

Ask = Callable[[str, str], float | None]
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line: `sure` is P(yes, it answers part number `part`), `near` how near it is, 0 to 1."""

    evidence: Evidence
    sentence: Sentence
    part: int
    sure: float
    near: float

    @property
    def score(self) -> float:
        """Log-odds and similarity together; comparable within one question."""
        bounded = min(max(self.sure, 1e-4), 1 - 1e-4)
        return math.log(bounded / (1 - bounded)) + NEAR_WEIGHT * self.near


@dataclass(frozen=True, slots=True)
class Sifted:
    """The lines that answer, best first, and the signals on which an answer is given or withheld.

    `asked` is the prompt that the reader goes on from when it answers; empty when a judge chose the lines. `others` are
    lines that may answer as well and were not chosen, likeliest first. `unsaid` are parts of the question that none of
    the chosen lines answers. With `by_case`, each line answers for a case, and the question names none.
    """

    reading: tuple[Evidence, ...]
    lines: tuple[JudgedLine, ...]
    parts: int
    signals: Mapping[str, float]
    asked: tuple[BaseMessage, ...] = ()
    others: tuple[JudgedLine, ...] = ()
    unsaid: tuple[str, ...] = ()
    by_case: bool = False

    @property
    def abstains(self) -> bool:
        """Whether no line answers well enough."""
        return not self.lines or must_abstain(self.signals)

    @property
    def one_for_each_part(self) -> bool:
        """Whether it is clear which line answers, so that a model can put it in its own words."""
        return len(self.lines) <= self.parts


class SpeechlessJudge(Exception):
    """The model says neither yes nor no (one that thinks aloud first, say), so that its verdicts mean nothing."""


def judge(
    question: Question, evidence: Sequence[Evidence], vectors: SentenceVectors, ask: Ask, tell: Tell
) -> list[JudgedLine]:
    """Judge the selected lines that are near enough for every part of the question (`question.texts`), best first.

    `ask(part, line)` gives P(yes), or None when the model speaks of something else; `tell(line, lines)` is called
    before each. Raises SpeechlessJudge when the model never says yes or no.
    """
    lines = [(each, sentence) for each in evidence for sentence in each.selected or each.passage.sentences]
    rows = np.stack([vectors.of_sentence(each.passage, sentence) for each, sentence in lines])
    band = bands_of(vectors.model_id).question
    near = np.array([[band.position(float(cosine)) for cosine in row] for row in rows @ question.vectors.T])
    most = LINES_OF_PART if len(question.texts) > 1 else None
    tasks = [
        (part, int(index))
        for part in range(len(question.texts))
        for index in np.argsort(-near[:, part], kind="stable")[:most]
        if near[index, part] >= near[:, part].max() - FAR_BEHIND
    ]
    judged, speechless = list[JudgedLine](), True
    for number, (part, index) in enumerate(tasks, start=1):
        tell(number, len(tasks))
        each, sentence = lines[index]
        sure = ask(question.texts[part], _shown(each, sentence))
        speechless = speechless and sure is None
        judged.append(JudgedLine(each, sentence, part, sure or 0.0, float(near[index, part])))
    if speechless:
        raise SpeechlessJudge
    return sorted(judged, key=lambda line: -line.score)


def leading(judged: Sequence[JudgedLine], parts: int) -> list[JudgedLine]:
    """The best line of each part and those close to it, each once, in the order of the parts.

    Lines that the model denies are never among them, so a part that nothing answers has none.
    """
    chosen: list[JudgedLine] = []
    for part in range(parts):
        own = [line for line in judged if line.part == part and line.sure >= DENIED]
        most = MOST_LINES if parts == 1 else MOST_LINES_OF_PART
        chosen += [line for line in own[:most] if line.score >= own[0].score - CLOSE]
    unique: dict[tuple[str, int], JudgedLine] = {}
    for line in chosen:
        unique.setdefault((line.evidence.passage.document_id, line.sentence.start), line)
    return list(unique.values())


def as_evidence(lines: Sequence[JudgedLine]) -> tuple[Evidence, ...]:
    """The lines as evidence to be read: those of one passage that follow one another stay under one heading."""
    found = []
    for _, group in groupby(lines, key=lambda line: line.evidence.number):
        own = list(group)
        selected = tuple(line.sentence for line in own)
        found.append(replace(own[0].evidence, best=selected[0], selected=selected))
    return tuple(found)


def _shown(evidence: Evidence, sentence: Sentence) -> str:
    """The line under its title and headings, of both the beginning: what a row is about stands in its first cells."""
    short = _cut(sentence, LONGEST_LINE)
    whole = in_context(evidence.passage, short)
    context = whole[: len(whole) - len(short.text)]
    return (context if len(context) <= LONGEST_CONTEXT else f"…{context[-LONGEST_CONTEXT:]}") + short.text


def _cut(sentence: Sentence, longest: int) -> Sentence:
    """A sentence cut to so many characters."""
    return sentence if len(sentence.text) <= longest else replace(sentence, text=sentence.text[:longest])
