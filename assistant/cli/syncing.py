"""Doing a job in the foreground, with a bar that tells how long it will take; Ctrl+C cancels it."""

from datetime import UTC, datetime
from shlex import quote
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import FAILED, INTERRUPTED

if TYPE_CHECKING:
    from assistant.app import Assistant
    from assistant.syncing import Syncing
    from knowledge.sources.config import SourceConfig
    from knowledge.sync.job import Job

Wait = Annotated[
    bool,
    typer.Option("--wait/--no-wait", help="Do it now, or leave it to the next `pilares serve`.", show_default=True),
]
WAIT = True
_LOOK_S = 0.2


def opened() -> "Assistant":
    """The installation, for this command alone."""
    from assistant.app import build_app
    from assistant.settings import load_settings

    return build_app(load_settings())


def do(assistant: "Assistant", job: "Job", *, wait: bool) -> None:
    """Do a job, show how it goes, say what came of it. Raises typer.Exit when it was cancelled or anything failed."""
    if not wait:
        typer.echo(f"Job {job.id} waits. `pilares serve` does it, or `pilares sources sync {quote(safe(job.source))}`.")
        return
    syncing = assistant.syncing()
    ended = _with_bar(syncing, job)
    _refine(assistant)
    from knowledge.sync.job import DocumentState, JobState

    came_to = summary(ended) or ("nothing was read" if ended.error else "nothing to do")
    typer.echo(f"{safe(ended.source)}: {came_to} ({ended.state}).")
    ruled = any(rule.source == ended.source and rule.groups for rule in assistant.library.grants.rules())
    if not ruled and not readers(syncing, syncing.sources.config(ended.source)):
        typer.echo(f"Nobody may read it yet: `pilares grants set {quote(safe(ended.source))} GROUP` changes that.")
    if ended.error:
        typer.echo(safe(ended.error), err=True)
    for row in syncing.sources.documents(ended.id, DocumentState.FAILED):
        typer.echo(f"  {safe(row.name)}: {safe(row.error or '')}", err=True)
    if ended.state == JobState.CANCELLED:
        typer.echo(f"What has been taken in stays. Go on with `pilares jobs retry {ended.id}`.")
        raise typer.Exit(INTERRUPTED)
    if ended.state == JobState.FAILED or ended.failed:
        raise typer.Exit(FAILED)


def readers(syncing: "Syncing", config: "SourceConfig") -> str:
    """Who may read what a source brings, in words; "" when that is nobody."""
    named = ", ".join(sorted(syncing.audience_of(config)))
    return named or ("whom each row names" if config.options.get("groups") else "")


def summary(job: "Job") -> str:
    """How many documents came to what, in words."""
    counts = {state.value: count for state, count in job.counts.items()}
    counts["unchanged"] = counts.get("unchanged", 0) + job.unchanged
    counts["of types that are not read"] = job.skipped
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def moment(when: datetime | None) -> str:
    """A point in time as this computer's clock shows it."""
    return "" if when is None else when.astimezone().strftime("%Y-%m-%d %H:%M")


def _with_bar(syncing: "Syncing", job: "Job") -> "Job":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    errors, done = list[Exception](), Event()  # not `Thread.join`: interrupted, it takes a thread for ended (bpo-45274)

    def work() -> None:
        try:
            syncing.runner.run(job.id)
        except Exception as error:
            errors.append(error)
        finally:
            done.set()

    Thread(target=work, name="job", daemon=True).start()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("listing", total=None, left="")
        while not done.is_set():
            try:
                done.wait(_LOOK_S)
                now = syncing.sources.job(job.id)
                seconds = now.seconds_left(datetime.now(UTC))
                left = "" if seconds is None else f"{_span(seconds)} left"
                bar.update(task, total=now.total or None, completed=now.finished, description=_stage(now), left=left)
            except KeyboardInterrupt:
                syncing.sources.cancel(job.id)
                bar.update(task, description="cancelling")
    if errors:
        raise errors[0]
    return syncing.sources.job(job.id)


def _refine(assistant: "Assistant") -> None:
    """The sentence vectors, so that the first question finds them."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sentences", total=None)
        assistant.refine(lambda done, total: bar.update(task, total=total, completed=done))


def _stage(job: "Job") -> str:
    return "cancelling" if job.cancelling else "syncing" if job.begun_at else "listing"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
