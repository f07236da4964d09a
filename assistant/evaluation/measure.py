"""One measurement from a set to its figures: what the command line and the benchmarks call."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from time import perf_counter
from typing import Any, Protocol

from rich.console import Console

from assistant.evaluation.answers import Answering, run, take_in
from assistant.evaluation.formats import QuestionSet, RetrievalSet
from assistant.evaluation.home import temporary_home
from assistant.evaluation.progress import shown
from assistant.evaluation.retrieval import Ranking, indexed, search, summary
from assistant.evaluation.risk import risk_coverage
from assistant.evaluation.scoring import Judge, Judged, stored_names
from assistant.evaluation.summary import summarise
from assistant.evaluation.support import CheckedClaim, ClaimSet, check
from assistant.evaluation.support import summarise as summarise_support
from assistant.settings import Settings
from assistant.turn.answer import Asked
from knowledge.embedder import Embedder
from knowledge.ingest.report import IngestReport
from knowledge.library import Library
from knowledge.search.searcher import Mode

Figures = dict[str, Any]
OnJudged = Callable[[Judged], None]
_NAMED = 3


class Measured(Answering, Protocol):
    """An assistant that can be measured (`assistant.app.Assistant` is one)."""

    @property
    def library(self) -> Library:
        """Its documents."""

    def refine(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Prepare what `pilares ingest` and `pilares serve` prepare after documents were taken in."""


OpenAssistant = Callable[[Settings], AbstractContextManager[Measured]]


@contextmanager
def loaded_assistant(settings: Settings) -> Iterator[Measured]:
    """The real assistant with its models in memory, so that no question waits for them. Raises ModelUnavailable."""
    from assistant.app import build_app

    with build_app(settings) as assistant:
        assistant.agent()
        assistant.models.warm()
        yield assistant


def measure_retrieval(
    data: RetrievalSet, embedder: Embedder, settings: Settings, console: Console, *,
    mode: Mode = "hybrid", use_history: bool = True,
) -> tuple[Figures, list[Ranking]]:  # fmt: skip
    """Index the corpus in a temporary home and search for every query."""
    with ExitStack() as opened:
        own = opened.enter_context(temporary_home(settings))
        with shown("Documents", console) as step:
            words_only = mode == "lexical"
            library = indexed(
                data, embedder, own.knowledge_folder, own.knowledge, words_only=words_only, on_step=step
            )  # fmt: skip
            corpus = opened.enter_context(library)
        with shown("Queries", console) as step:
            rankings = search(corpus, data.queries, mode, use_history=use_history, on_step=step)
        return summary(data, corpus, rankings, mode), rankings


def measure_answers(
    data: QuestionSet, settings: Settings, console: Console, *, model: Asked = "auto",
    on_judged: OnJudged | None = None, open_assistant: OpenAssistant | None = None, target_error: float | None = None,
) -> Figures:  # fmt: skip
    """Take the documents into a temporary home and ask every question; `target_error` as in `risk_coverage`.

    Ctrl-C ends the asking: the figures are then those of the questions asked so far, and `partial` is true.
    """
    began = perf_counter()
    with temporary_home(settings) as own, (open_assistant or loaded_assistant)(own) as assistant:
        with shown("Documents", console) as step:
            report = take_in(assistant.library, data, step)
        _warn(assistant.library, data, report, console)
        with shown("Sentences", console) as step:
            assistant.refine(step)
        judged: list[Judged] = []
        partial = not _ask_all(assistant, data, model, console, judged, on_judged)
        figures = summarise(judged)
        stats = assistant.library.stats()
    return {
        **figures,
        "risk_coverage": risk_coverage(judged, target_error),
        "model": model,
        "documents": stats.documents,
        "documents_failed": len(report.failed),
        "ingest_seconds": report.seconds,
        "seconds": perf_counter() - began,
        "partial": partial,
    }


def measure_support(
    data: ClaimSet, settings: Settings, console: Console, on_checked: Callable[[CheckedClaim], None] | None = None
) -> Figures:
    """Check every claim with the models of `settings`. Raises ModelUnavailable before the first one."""
    from assistant.grounding.support.check import SupportCheck
    from assistant.grounding.vectors import SentenceVectors
    from assistant.models.models import Models
    from assistant.turn.models import RoleModels

    with Models(settings) as models, shown("Claims", console) as step:
        roles, vectors = RoleModels(models, settings), SentenceVectors(models.line_embedder())
        models.endpoint("llm")
        checked = list[CheckedClaim]()
        for each in check(SupportCheck.over(roles, vectors), data.chosen, step):
            checked.append(each)
            if on_checked:
                on_checked(each)
        vectors.close()
    return summarise_support(data, checked)


def _ask_all(
    assistant: Measured, data: QuestionSet, model: Asked, console: Console, judged: list[Judged],
    on_judged: OnJudged | None,
) -> bool:  # fmt: skip
    """Append a judgement per question; False when Ctrl-C came before the last one."""
    judge = Judge()
    try:
        with shown("Questions", console) as step:
            for outcome in run(assistant, assistant.library.text, data.questions, model):
                judged.append(judge.judge(outcome))
                if on_judged:
                    on_judged(judged[-1])
                step(len(judged), len(data.questions))
    except KeyboardInterrupt:
        return False
    return True


def _warn(library: Library, data: QuestionSet, report: IngestReport, console: Console) -> None:
    """Say what would spoil the figures without anybody noticing."""
    for failure in report.failed:
        console.print(f"Not taken in: {failure.document}. {failure.reason}", markup=False, highlight=False)
    there = {document.name for document in library.documents()}
    gold = {name for question in data.questions for name in stored_names(question.documents)}
    if missing := sorted(gold - there):
        named = ", ".join(missing[:_NAMED]) + (" ..." if len(missing) > _NAMED else "")
        console.print(
            f"Gold documents that are not in the corpus ({len(missing)}): {named}", markup=False, highlight=False
        )
