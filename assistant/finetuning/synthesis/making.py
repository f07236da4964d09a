"""Makes up questions to documents, and examples of them: laid out as a turn asks them, of what a search finds.

A question that a line answers is kept when the search finds that line, and the answer is backed by it. A question that
nothing answers is kept when the reader, shown what a search finds for it, is sure that no line answers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from math import exp
from typing import Protocol

from assistant.finetuning.layout import Laid, Layout, Reply
from assistant.finetuning.search import understood
from assistant.finetuning.synthesis.asking import MOST_LINES, Draft, Says, answerable, unanswerable
from assistant.finetuning.synthesis.checking import fault_of, is_found, unknown_words
from assistant.finetuning.synthesis.notes import Task
from assistant.grounding.evidence import telling
from assistant.turn import trained_prompts
from assistant.turn.answer import Answer, Evidence, Route
from finetune.examples import Example, Origin, example
from finetune.groups import common
from finetune.privacy.scrub import scrubbed
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage, Sentence

LICENCE = "own"
LANGUAGES = ("en", "es")
# Every so many questions one that the documents do not answer.
UNANSWERABLE_EVERY = 5
# The least P(no line answers) of the reader; less will do when a word of the question stands in nothing found.
SURE, LIKELY = 0.75, 0.5
LEAST_LINE_WORDS = 5
FirstToken = Callable[[Laid], Mapping[str, float]]


class Finds(Protocol):
    """A search as a turn makes it (`assistant.finetuning.search.Search` is one)."""

    def evidence(self, question: str, language: str) -> tuple[Evidence, ...]:
        """What a turn would put before a model."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a task: an example, or why there is none."""

    task: Task
    example: Example | None = None
    why: str = ""


class Synthesiser:
    """`reader` gives the log-probabilities of its first token for a prompt; None where nothing reads.

    `audiences` are the groups that may read each document.
    """

    def __init__(
        self, say: Says, search: Finds, layout: Layout, audiences: Mapping[str, Sequence[str]],
        reader: FirstToken | None = None,
    ) -> None:  # fmt: skip
        self._say = say
        self._search = search
        self._layout = layout
        self._audiences = audiences
        self._reader = reader
        self._analyzer = Analyzer()

    def make(self, task: Task, passage: Passage) -> Made:
        """Do one task. Raises ModelError."""
        try:
            return Made(task, scrubbed(self._made(task, passage))[0])
        except _LeftOut as reason:
            return Made(task, why=str(reason))

    def _made(self, task: Task, passage: Passage) -> Example:
        lines = lines_of(passage)
        ask = answerable if task.answerable else unanswerable
        draft = ask(self._say, passage, lines, task.language)
        if draft is None:
            raise _LeftOut("the model replied with something else")
        if why := fault_of(draft, task.language, self._analyzer):
            raise _LeftOut(why)
        evidence = self._search.evidence(draft.question, task.language)
        if not evidence:
            raise _LeftOut("a search finds nothing for it")
        laid = self._layout.lay(_answer(draft, task.language, evidence))
        reply = self._backed(draft, passage, evidence, laid) if draft.line else self._refused(draft, evidence, laid)
        documents = tuple(dict.fromkeys((*reply.documents, *laid.documents)))
        groups = common(self._audiences.get(each, ()) for each in documents)
        if not groups:
            raise _LeftOut("no group may read all of its documents")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        origin = Origin(
            "synthetic", documents=documents, licence=LICENCE, groups=groups, language=task.language, created=now
        )  # fmt: skip
        return example("chat", laid.messages, reply.text, origin)

    def _backed(self, draft: Draft, passage: Passage, evidence: Sequence[Evidence], laid: Laid) -> Reply:
        if not is_found(draft, passage.document_id, evidence):
            raise _LeftOut("a search does not find its line")
        reply = laid.said(draft.answer)
        if reply is None or reply.documents[:1] != (passage.document_id,):
            raise _LeftOut("its line does not back the answer")
        return reply

    def _refused(self, draft: Draft, evidence: Sequence[Evidence], laid: Laid) -> Reply:
        reply = laid.stored()
        if reply is None:
            raise _LeftOut("the layout of this small model has no reply for it")
        if self._none(laid) < (LIKELY if unknown_words(draft.question, evidence, self._analyzer) else SURE):
            raise _LeftOut("the documents may answer it")
        return reply

    def _none(self, laid: Laid) -> float:
        """P(no line answers) of the reader; 0 without one."""
        if self._reader is None:
            return 0.0
        return sum(exp(p) for token, p in self._reader(laid).items() if token.strip() == trained_prompts.NONE)


class _LeftOut(Exception):
    """Why a question is not used."""


def tasks_of(
    documents: Sequence[Sequence[Passage]], languages: Sequence[str] = LANGUAGES
) -> Iterator[tuple[Task, Passage]]:
    """What there is to make up: a passage of each document after the other, languages in turn, both kinds."""
    number = 0
    for row in zip_longest(*documents):
        for passage in row:
            if passage is None or len(lines_of(passage)) == 0:
                continue
            number += 1
            yield Task(passage.chunk_id, languages[number % len(languages)], number % UNANSWERABLE_EVERY != 0), passage


def lines_of(passage: Passage) -> list[Sentence]:
    """The sentences of a passage that a question may be about."""
    found = [passage.sentences[place] for place in telling(passage)]
    return [each for each in found if len(each.text.split()) >= LEAST_LINE_WORDS][:MOST_LINES]


def _answer(draft: Draft, language: str, evidence: tuple[Evidence, ...]) -> Answer:
    """A turn that found this; without a line, one that was withheld."""
    return Answer(
        "", "", draft.answer, draft.line is None, understood(draft.question, language), Route("none", "", ""),
        evidence=evidence,
    )  # fmt: skip
