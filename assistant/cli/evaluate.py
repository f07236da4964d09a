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
    help="Measure the parts of Pilares on your own questions or on public sets. Nothing of yours is touched.",
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
Tiers = Annotated[
    Literal["auto", "auto-cheap", "auto-quality", "local-only", "slm", "llm"],
    typer.Option("--model", help="Which model answers, or how it is chosen."),
]


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
    target_error: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Find the threshold that leaves this share of answers wrong (0.1, say)."),
    ] = None,
) -> None:
    """Ask the questions of a folder: right, wrong and withheld answers, citations, routes and times."""
    with clear_errors(), _stoppable():
        from assistant.evaluation.formats import read_questions
        from assistant.evaluation.measure import measure_answers
        from assistant.evaluation.report import answers_table, kinds_table, replacing, risk_table, write_row
        from assistant.evaluation.summary import details_row
        from assistant.settings import load_settings

        _check_outputs(json, details)
        data, settings = read_questions(folder).chosen(half, kind, limit), load_settings()
        with replacing(details) if details else nullcontext() as file:
            keep = (lambda judged: write_row(file, details_row(judged))) if file else None
            figures = measure_answers(
                data, settings, _progress(), model=model, on_judged=keep, target_error=target_error
            )
        _finish(figures, json, answers_table(figures), kinds_table(figures), risk_table(figures))
        if figures["partial"]:
            raise KeyboardInterrupt


@app.command()
def routing(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSONL: {id, prompt, small_correct, large_correct} on every line.")
    ],
    json: Json = None,
    details: Details = None,
    half: Halves = "all",
    vectors: Annotated[
        Path | None, typer.Option("--vectors", metavar="FILE", help="Keep the prompts' vectors here for the next time.")
    ] = None,
) -> None:
    """Fit the router on outcomes of two models and judge rows it has not seen, beside random, length and TF-IDF."""
    with clear_errors(), _stoppable():
        from assistant.evaluation.report import replacing, routing_table, write_row
        from assistant.evaluation.routing import details as rows_of
        from assistant.evaluation.routing import measure_routing
        from assistant.models.models import Models
        from assistant.routing.samples import check_enough, read_outcomes
        from assistant.settings import load_settings

        _check_outputs(json, details, vectors)
        samples = read_outcomes(file)
        check_enough(samples)
        embedder = Models(load_settings()).embedder()
        figures, judged = measure_routing(samples, embedder, half, _progress(), vectors)
        if details:
            with replacing(details) as written:
                for row in rows_of(judged):
                    write_row(written, row)
        _finish(figures, json, routing_table(figures))


@app.command()
def escalation(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSONL of {id, prompt, answer}; answers are numbers.")],
    json: Json = None,
    details: Details = None,
    half: Halves = "all",
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="Ask only N questions, spread over the set.")
    ] = None,
    large: Annotated[bool, typer.Option("--large", help="Ask the large model as well: what escalating gains.")] = False,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help="Keep what models write here, to go on later.")
    ] = None,
) -> None:
    """Have the small model solve problems: does its own doubt tell the wrong answers from the right ones?"""
    with clear_errors(), _stoppable():
        from assistant.evaluation.escalation import measure_escalation, read_problems
        from assistant.evaluation.report import escalation_table, replacing, write_row
        from assistant.models.models import Models
        from assistant.settings import load_settings

        _check_outputs(json, details, answers)
        problems, settings = read_problems(file, half, limit), load_settings()
        with Models(settings) as models:
            figures, rows = measure_escalation(problems, models, settings, _progress(), kept=answers, large=large)
        if details:
            with replacing(details) as written:
                for row in rows:
                    write_row(written, row)
        _finish(figures, json, escalation_table(figures))


@app.command()
def support(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSONL of {id, lang, context, claim, supported}, one claim a line.")
    ],
    json: Json = None,
    details: Details = None,
    half: Halves = "all",
) -> None:
    """Check claims against texts: balanced accuracy, AUROC, F1 of what is not supported, and times."""
    with clear_errors(), _stoppable():
        from assistant.evaluation.measure import measure_support
        from assistant.evaluation.report import replacing, support_table, write_row
        from assistant.evaluation.support import details_row, read_claims
        from assistant.settings import load_settings

        _check_outputs(json, details)
        data, settings = read_claims(file, half), load_settings()
        with replacing(details) if details else nullcontext() as rows:
            keep = (lambda checked: write_row(rows, details_row(checked))) if rows else None
            figures = measure_support(data, settings, _progress(), keep)
        _finish(figures, json, support_table(figures))


@app.command()
def intents(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds train.jsonl and test.jsonl {text, label}; `oos` is none.")
    ],
    json: Json = None,
    details: Details = None,
    vectors: Annotated[
        Path | None, typer.Option("--vectors", metavar="DIR", help="Keep the embeddings there for the next run.")
    ] = None,
) -> None:
    """Guess the intents of labelled texts: accuracy, what is out of scope, and times."""
    with clear_errors(), _stoppable():
        from assistant.evaluation.intents import measure_intents
        from assistant.evaluation.labelled import read_labelled
        from assistant.evaluation.report import intents_table, replacing, write_row
        from assistant.models.models import Models
        from assistant.settings import load_settings

        _check_outputs(json, details)
        data, embedder = read_labelled(folder), Models(load_settings()).embedder()
        figures, guessed = measure_intents(data, embedder, _progress(), vectors=vectors)
        if details:
            with replacing(details) as file:
                for each in guessed:
                    write_row(file, each.details())
        _finish(figures, json, intents_table(figures))


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
        from assistant.routing.examples import own_file
        from assistant.routing.intents import SHIPPED, load_intents
        from assistant.settings import load_settings
        from assistant.tools.gate import Gate

        _check_outputs(json, details)
        path = file or sample_tools()
        cases, settings = read_tool_cases(path, half), load_settings()
        with (
            Models(settings) as models,
            tools_for(path) as bench,
            replacing(details) if details else nullcontext() as rows,
        ):
            keep = (lambda verdict: write_row(rows, tool_row(verdict))) if rows else (lambda verdict: None)
            known = load_intents(SHIPPED, *own_file(settings.home, "intents"))
            gate = Gate(models.embedder(), bench.tools, [said for intent in known for said in intent.examples])
            figures = measure_tools(cases, bench, gate, saying(models, model), keep, _progress(), settings.tools.calls)
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
