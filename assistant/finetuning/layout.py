"""Lays a stored answer out as the prompt that a turn puts before the model, and a reply as that model would give it.

What is learnt is then what is asked later: the same words, the same lines, in the same order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from langchain_core.messages import BaseMessage

from assistant.finetuning.wording import chat_of
from assistant.grounding.citations import Citer
from assistant.grounding.evidence import within
from assistant.grounding.vectors import SentenceVectors
from assistant.messages import LANGUAGES, message
from assistant.turn import prompts, trained_prompts
from assistant.turn.answer import Answer, Citation, Evidence
from assistant.turn.read import LINES_READ, MOST_LINES, asked_of, nearest_first
from finetune.examples import ChatMessage
from knowledge.passage import Sentence

_REPLY = {"en": "Quote: {line}\nAnswer: {answer}", "es": "Cita: {line}\nRespuesta: {answer}"}
CURATED = "curated"
"""The route of answers that a person wrote."""
# A reply that names lines or quotes one takes them from what was shown.
_Shown = Sequence[tuple[Evidence, Sentence]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model should say, and the documents that it rests on (ids), first the one most rests on."""

    text: str
    documents: tuple[str, ...] = ()


class Laid(Protocol):
    """An answer, laid out."""

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """The prompt."""

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids of the documents in the prompt."""

    def stored(self) -> Reply | None:
        """What the model said, or would have said for this answer; None when no model's words were shown."""

    def said(self, text: str) -> Reply | None:
        """How the model would say this in its place; None when nothing in the prompt backs it."""


class Layout(Protocol):
    """The way a model is asked."""

    def lay(self, answer: Answer, *, everything: bool = False) -> Laid:
        """An answer with evidence, laid out: with what was read, or with everything that may be."""


@dataclass(frozen=True, slots=True)
class _Laid:
    answer: Answer
    messages: tuple[ChatMessage, ...]
    shown: _Shown
    citer: Citer
    reads_lines: bool

    @property
    def documents(self) -> tuple[str, ...]:
        """In the order in which they are shown."""
        return tuple(dict.fromkeys(each.passage.document_id for each, _ in self.shown))

    def stored(self) -> Reply | None:
        """From the stored text and its citations; an abstention is the reader's label for none."""
        if self.answer.abstained:
            return Reply(trained_prompts.NONE) if self.reads_lines else None
        if is_quoted(self.answer) or self.answer.route.reason == CURATED:
            return None
        return self._reply(prompts.plain(self.answer.text), self.answer.citations)

    def said(self, text: str) -> Reply | None:
        """Backed by the lines that citations would be set to."""
        plain, understanding = prompts.plain(text).strip(), self.answer.understanding
        grounded = self.citer.ground(
            plain, understanding.question, self._evidence(), selected=True, language=understanding.language
        )
        return self._reply(plain, grounded.citations)

    def _reply(self, text: str, citations: Sequence[Citation]) -> Reply | None:
        cited = [(each.document_id, each.start, each.end) for each in citations]
        places = [place for key in cited for place, line in enumerate(self.shown) if _place(line) == key][:MOST_LINES]
        if not places or not text.strip():
            return None
        documents = tuple(dict.fromkeys(self.shown[place][0].passage.document_id for place in places))
        if self.reads_lines:
            labels = [trained_prompts.LABELS[place] for place in dict.fromkeys(places)]
            return Reply(trained_prompts.picked(labels).text + prompts.data(text), documents)
        form = _REPLY[self.answer.understanding.language]
        line = self.shown[places[0]][1].text
        return Reply(form.format(line=prompts.data(line), answer=prompts.data(text)), documents)

    def _evidence(self) -> list[Evidence]:
        return [replace(each, best=sentence, selected=(sentence,)) for each, sentence in self.shown]


class ReaderLayout:
    """As the small model with its adapter is asked: all lines, nearest first, each with its label."""

    def __init__(self, vectors: SentenceVectors, citer: Citer) -> None:
        self._vectors = vectors
        self._citer = citer

    def lay(self, answer: Answer, *, everything: bool = False) -> Laid:
        """With the lines that the reader read; with all that it may read where another model answered."""
        understanding = answer.understanding
        lines = nearest_first(understanding.question, answer.evidence, self._vectors)
        if not everything:
            lines = lines[: int(answer.signals.get(LINES_READ, len(lines)))]
        asked = asked_of(understanding.question, understanding.language, lines)
        shown = [(line.evidence, line.sentence) for line in lines]
        return _Laid(answer, _chat(asked), shown, self._citer, reads_lines=True)


class WholeLayout:
    """As a model that reads well by itself is asked: the evidence at once, for a quote and an answer."""

    def __init__(self, citer: Citer, tokens: int) -> None:
        self._citer = citer
        self._tokens = tokens

    def lay(self, answer: Answer, *, everything: bool = False) -> Laid:
        """With as much of the evidence as that model reads, which is everything."""
        understanding, evidence = answer.understanding, within(answer.evidence, self._tokens)
        asked = prompts.grounded(understanding.question, understanding.language, evidence)
        shown = [(each, sentence) for each in evidence for sentence in each.selected or each.passage.sentences]
        return _Laid(answer, _chat(asked), shown, self._citer, reads_lines=False)


def is_quoted(answer: Answer) -> bool:
    """Whether an answer is lines of documents word for word, which no model wrote."""
    return any(answer.text.startswith(message("documents_say", language)) for language in LANGUAGES)


def _place(line: tuple[Evidence, Sentence]) -> tuple[str, int, int]:
    return line[0].passage.document_id, line[1].start, line[1].end


def _chat(asked: Sequence[BaseMessage]) -> tuple[ChatMessage, ...]:
    return tuple(ChatMessage(role, content) for role, content in chat_of(asked))  # type: ignore[arg-type]
