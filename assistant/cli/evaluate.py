"""`pilares evaluate`: figures on standard formats, in a home folder of its own."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    help="Measure retrieval and answers on your own questions or on public sets. Nothing of yours is touched.",
    no_args_is_help=True,
)

Json = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures to a file.")]
Details = Annotated[Path | None, typer.Option("--details", metavar="FILE", help="Write every single result, as JSONL.")]
Halves = Annotated[
    Literal["tune", "test", "all"], typer.Option("--half", help="Half of the set, by the SHA-256 of the id.")
]
Modes = Annotated[
    Literal["hybrid", "dense", "lexical"], typer.Option("--mode", help="Words and meaning together, or one alone.")
]
Tiers = Annotated[Literal["auto", "slm", "llm"], typer.Option("--model", help="Which model answers.")]


@app.command()
def retrieval(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds corpus.jsonl, queries.jsonl and qrels/test.tsv (BEIR).")
    ],
    json: Json = None,
    details: Details = None,
    half: Halves = "all",
    mode: Modes = "hybrid",
    no_history: Annotated[bool, typer.Option("--no-history", help="Ignore what was said before a query.")] = False,
) -> None:
    """Search for the queries of a BEIR folder: nDCG@10, recall, MRR@10 and times."""
    with clear_errors(), _stoppable():
        from assistant.evaluation.formats import read_retrieval
        from assistant.evaluation.measure import measure_retrieval
        from assistant.evaluation.report import replacing, retrieval_table, write_row
        from assistant.models.models import Models
        from assistant.settings import load_settings

        _check_outputs(json, details)
        data, settings = read_retrieval(folder).half(half), load_settings()
        embedder = Models(settings).embedder()
        figures, rankings = measure_retrieval(
            data, embedder, settings, _progress(), mode=mode, use_history=not no_history
        )
        if details:
            with replacing(details) as file:
                for each in rankings:
                    write_row(file, {"query": each.query, "ranked": each.ranked})
        _finish(figures, json, retrieval_table(figures))


@app.command()
def answers(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds questions.jsonl, and corpus/ or corpus.jsonl.")],
    json: Json = None,
    details: Details = None,
    half: Halves = "all",
    model: Tiers = "auto",
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="Ask only N questions, spread over the set.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Ask only questions of this kind.")] = None,
) -> None:
    """Ask the questions of a folder: right, wrong and withheld answers, citations, routes and times."""
    with clear_errors(), _stoppable():
        from assistant.evaluation.formats import read_questions
        from assistant.evaluation.measure import measure_answers
        from assistant.evaluation.report import answers_table, kinds_table, replacing, write_row
        from assistant.evaluation.summary import details_row
        from assistant.settings import load_settings

        _check_outputs(json, details)
        data, settings = read_questions(folder).chosen(half, kind, limit), load_settings()
        with replacing(details) if details else nullcontext() as file:
            keep = (lambda judged: write_row(file, details_row(judged))) if file else None
            figures = measure_answers(data, settings, _progress(), model=model, on_judged=keep)
        _finish(figures, json, answers_table(figures), kinds_table(figures))
        if figures["partial"]:
            raise KeyboardInterrupt


@app.command()
def tools(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Cases, JSONL, with their tools in tools.json beside it; default: ours."),
    ] = None,
    json: Json = None,
    details: Details = None,
    half: Halves = "all",
    model: Annotated[Literal["slm", "llm"], typer.Option("--model", help="Which model chooses.")] = "llm",
) -> None:
    """Have tools chosen for what people say: valid calls, the right tool, the right arguments, and times."""
    with clear_errors(), _stoppable():
        from assistant.evaluation.report import replacing, tools_table, write_row
        from assistant.evaluation.tools import measure_tools, read_tool_cases, saying, tool_row, tools_for
        from assistant.models.models import Models
        from assistant.paths import sample_tools
        from assistant.settings import load_settings

        _check_outputs(json, details)
        path = file or sample_tools()
        cases, settings = read_tool_cases(path, half), load_settings()
        with (
            Models(settings) as models,
            tools_for(path) as bench,
            replacing(details) if details else nullcontext() as rows,
        ):
            keep = (lambda verdict: write_row(rows, tool_row(verdict))) if rows else (lambda verdict: None)
            figures = measure_tools(cases, bench, saying(models, model), keep, _progress(), settings.tools.calls)
        _finish(figures, json, tools_table(figures))


def _finish(figures: dict[str, Any], json: Path | None, *tables: Any) -> None:
    """Write the figures, then show them."""
    from rich.console import Console

    from assistant.evaluation.report import write_json

    if json:
        write_json(json, figures)
    console = Console()
    for table in tables:
        if table is not None:
            console.print(table)


def _check_outputs(*paths: Path | None) -> None:
    from assistant.evaluation.report import check_writable

    for path in paths:
        if path is not None:
            check_writable(path)


def _progress() -> "Console":
    from rich.console import Console

    return Console(stderr=True)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM end the block like Ctrl-C: what is done is written, and the temporary home removed."""
    before = signal(SIGTERM, default_int_handler)
    try:
        yield
    finally:
        signal(SIGTERM, before)
