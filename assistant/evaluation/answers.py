"""Runs a set of questions: takes the documents in, asks one question after another, keeps what came back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from assistant.errors import AssistantError
from assistant.evaluation.formats import Question, QuestionSet
from assistant.evaluation.progress import OnStep
from assistant.turn.answer import Answer, Asked, Citation, TurnRequest, wanted
from assistant.turn.events import Failed, Finished, Found, Revised, TurnEvent, Wrote
from knowledge.errors import KnowledgeError
from knowledge.ingest.report import IngestReport, Progress
from knowledge.library import Library

TextOf = Callable[[str], str]


class Answering(Protocol):
    """A turn in, a stream of events out (`assistant.app.Assistant` is one)."""

    def stream(self, request: TurnRequest) -> Iterator[TurnEvent]:
        """Run one turn."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a question led to: an answer, or an error. Times count from the moment the question was handed over.

    `first_token_s` is the first text of an answer that a person saw, a draft's included; None when there was none, as
    with most abstentions. `evidence_ms` is None when nothing was searched.
    `verbatim` says of each citation whether its quote stands in the document at the offsets it gives.
    """

    question: Question
    answer: Answer | None
    total_s: float
    first_token_s: float | None = None
    evidence_ms: float | None = None
    error: str | None = None
    verbatim: tuple[bool, ...] = ()

    @property
    def abstained(self) -> bool:
        """Whether the answer is that the documents do not say."""
        return self.answer is not None and self.answer.abstained

    @property
    def cited(self) -> tuple[str, ...]:
        """The names of the documents cited, each once."""
        return tuple(dict.fromkeys(each.document for each in self.answer.citations)) if self.answer else ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the documents put before the model, each once."""
        return tuple(dict.fromkeys(each.passage.document for each in self.answer.evidence)) if self.answer else ()


def take_in(library: Library, data: QuestionSet, on_step: OnStep | None = None) -> IngestReport:
    """Ingest the documents of a set under the names its questions use."""
    slowest = "words" if data.folder is None else "vectors"

    def progress(step: Progress) -> None:
        if on_step and step.stage == slowest:
            on_step(step.number, step.total)

    if data.folder is not None:
        return library.ingest(data.folder, progress=progress)
    return library.add_texts(((each.id, each.title, each.text) for each in data.texts), progress=progress)


def run(
    assistant: Answering, text_of: TextOf, questions: Sequence[Question], model: Asked = "auto"
) -> Iterator[Outcome]:
    """Ask the questions in turn, each in a conversation of its own. A question that fails does not stop the others."""
    for question in questions:
        yield ask(assistant, text_of, question, model)


def ask(assistant: Answering, text_of: TextOf, question: Question, model: Asked) -> Outcome:
    """Ask one question. The language is left for the turn to find out, as it is when a person types."""
    watch = _Watch()
    choice, profile = wanted(model)
    events = assistant.stream(TurnRequest(question.text, history=question.history, model=choice, profile=profile))
    try:
        for event in events:
            watch.see(event)
    except (AssistantError, KnowledgeError) as refused:
        watch.error = str(refused)
    finally:
        close = getattr(events, "close", None)
        if close:  # a generator: after Ctrl-C this stops the model
            close()
    total, answer = watch.elapsed(), watch.answer
    first = watch.first_text
    if first is None and answer is not None and not answer.abstained:
        first = total if watch.first_revision is None else watch.first_revision
    if answer is None and watch.error is None:
        watch.error = "The turn ended without an answer."
    verbatim = tuple(_verbatim(each, text_of) for each in answer.citations) if answer else ()
    return Outcome(question, answer, total, first, watch.evidence_ms, watch.error, verbatim)


class _Watch:
    """Notes when the events of a turn come, in seconds since it was made."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self.first_text: float | None = None
        self.first_revision: float | None = None
        self.evidence_ms: float | None = None
        self.answer: Answer | None = None
        self.error: str | None = None

    def elapsed(self) -> float:
        return perf_counter() - self._began

    def see(self, event: TurnEvent) -> None:
        match event:
            case Found() if self.evidence_ms is None:
                self.evidence_ms = self.elapsed() * 1000
            case Wrote(text) if text and self.first_text is None:
                self.first_text = self.elapsed()
            case Revised(text) if text and self.first_revision is None:
                self.first_revision = self.elapsed()
            case Finished(answer):
                self.answer = answer
            case Failed(message):
                self.error = message


def _verbatim(citation: Citation, text_of: TextOf) -> bool:
    try:
        return text_of(citation.document_id)[citation.start : citation.end] == citation.quote
    except KnowledgeError:
        return False
