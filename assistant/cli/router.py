"""`pilares router`: fit the router to your own models and traffic, and see what it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.routing.fitted import FittedRouter
    from assistant.routing.samples import Sample
    from assistant.routing.shelf import RouterShelf
    from assistant.settings import Settings
    from knowledge.embedder import Embedder

app = typer.Typer(help="Which model answers: fit, calibrate, explain, report.", no_args_is_help=True)

Outcomes = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", help="JSONL: {id, prompt, small_correct, large_correct}. None: answers with feedback."
    ),
]
Traffic = Annotated[bool, typer.Option("--traffic", help="Add the answers with feedback to those of the file.")]
Json = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write it to a file as well.")]
Asked = Annotated[
    Literal["auto", "auto-cheap", "auto-quality", "local-only"], typer.Option("--model", help="The profile to explain.")
]
Since = Annotated[
    datetime | None, typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="From this day on (UTC).")
]


@app.command()
def fit(file: Outcomes = None, traffic: Traffic = False) -> None:
    """Fit a router and use it. It takes 200 questions with an outcome, 30 each with the small model right and wrong."""
    from assistant.routing.samples import LEAST_ROWS

    with clear_errors(), _workplace() as (settings, shelf, embedder):
        from assistant.routing.making import fitted_router

        samples, source = _samples(settings, file, traffic, LEAST_ROWS)
        _kept(fitted_router(samples, _vectors(samples, embedder), shelf, source), shelf)


@app.command()
def calibrate(file: Outcomes = None, traffic: Traffic = False) -> None:
    """Keep what the router has learnt, and set its probabilities and bands by other questions; it takes 100."""
    from assistant.routing.samples import LEAST_TO_CALIBRATE

    with clear_errors(), _workplace() as (settings, shelf, embedder):
        from assistant.errors import InvalidRequest
        from assistant.routing.making import calibrated_router

        known = shelf.current()
        if known is None:
            raise InvalidRequest("There is no fitted router to calibrate. Fit one with `pilares router fit`.")
        samples, source = _samples(settings, file, traffic, LEAST_TO_CALIBRATE)
        _kept(calibrated_router(known, samples, _vectors(samples, embedder), shelf, source), shelf)


@app.command()
def explain(
    question: Annotated[str, typer.Argument(help="The question.")],
    model: Asked = "auto",
    json: Json = None,
) -> None:
    """What the router would do with a question, and why; no language model is asked and nothing is stored."""
    with clear_errors():
        from assistant.app import build_app
        from assistant.cli.explaining import explained, explained_table
        from assistant.evaluation.report import check_writable, write_json
        from assistant.settings import load_settings

        if json:
            check_writable(json)
        with build_app(load_settings()) as assistant:
            found = explained(assistant, question, model)
        if json:
            write_json(json, found)
        _print(explained_table(found))


@app.command()
def report(since: Since = None, json: Json = None) -> None:
    """Which models had which share of the turns, why, against which target, and what people thought of them."""
    with clear_errors(), _workplace(load=False) as (settings, shelf, _):
        from assistant.evaluation.report import check_writable, write_json
        from assistant.routing.report import report_of, report_tables
        from assistant.storage.conversations import Conversations

        if json:
            check_writable(json)
        with Conversations.open(settings.conversations_url, recover=False) as conversations:
            found = report_of(conversations.traffic.answered(utc(since)), settings.routing)
        found |= _state(shelf)
        if json:
            write_json(json, found)
        _print(*report_tables(found))
        typer.echo(found["router"])


def utc(since: datetime | None) -> datetime | None:
    """A time given without a zone, as UTC."""
    from datetime import UTC

    return None if since is None else since.replace(tzinfo=UTC)


@contextmanager
def _workplace(load: bool = True) -> "Iterator[tuple[Settings, RouterShelf, Embedder | None]]":
    from assistant.models.models import Models
    from assistant.routing.shelf import RouterShelf
    from assistant.settings import load_settings

    settings = load_settings()
    with Models(settings) as models:
        embedder = models.embedder() if load else None
        yield settings, RouterShelf(settings, models.embedder_id() if embedder is None else embedder.model_id), embedder


def _samples(settings: "Settings", file: Path | None, traffic: bool, least: int) -> "tuple[list[Sample], str]":
    """The samples of the file, of one's own traffic, or of both; refused before anything is computed."""
    from assistant.routing.feedback import samples_of
    from assistant.routing.samples import check_enough, read_outcomes
    from assistant.storage.conversations import Conversations

    samples = [] if file is None else read_outcomes(file)
    if file is None or traffic:
        with Conversations.open(settings.conversations_url, recover=False) as conversations:
            own = conversations.traffic
            samples += samples_of(own.answered(), own.evidence_of)
    check_enough(samples, least)
    return samples, " + ".join(([file.name] if file else []) + (["traffic"] if traffic or file is None else []))


def _vectors(samples: "list[Sample]", embedder: "Embedder | None") -> Any:
    from rich.console import Console

    from assistant.evaluation.progress import shown
    from assistant.evaluation.routing import embedded

    assert embedder is not None
    with shown("Embedding", Console(stderr=True)) as on_step:
        return embedded([sample.text for sample in samples], embedder, on_step)


def _kept(fitted: "FittedRouter", shelf: "RouterShelf") -> None:
    path, card = shelf.put(fitted), fitted.card
    typer.echo(f"Router {card.version}: fitted on {card.rows} questions ({card.source}), kept in {path}.")
    apgr, low, high = (card.figures[name] for name in ("apgr", "apgr_low", "apgr_high"))
    if apgr is None:
        typer.echo("  The models are equally good on these questions: there is nothing to gain by routing.")
    else:
        typer.echo(f"  Gap recovered, held out (0.5 is random): {apgr:.3f} ({low:.3f} to {high:.3f}).")
        if low <= 0.5:
            typer.echo("  That is not surely better than random. More questions would tell.")
    for profile, (easy, hard) in card.bands.items():
        typer.echo(f"  {profile:<13} large model at once below {hard:.3f}, small one trusted from {easy:.3f}")
    typer.echo("A running server uses it after its next start.")


def _state(shelf: "RouterShelf") -> dict[str, str]:
    from assistant.errors import ConfigurationError

    try:
        fitted = shelf.current()
    except ConfigurationError as error:
        return {"router": str(error), "version": "rules"}
    if fitted is None:
        return {"router": "No router was fitted: the rules decide (`pilares router fit`).", "version": "rules"}
    card = fitted.card
    return {
        "router": f"Router {card.version}, fitted {card.created} on {card.rows} questions ({card.source}).",
        "version": card.version,
    }


def _print(*tables: Any) -> None:
    from rich.console import Console

    for table in tables:
        Console().print(table)
