"""`pilares jobs`: what syncs did, and what became of each document."""

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors
from assistant.cli.syncing import WAIT, Wait, do, moment, opened, summary

if TYPE_CHECKING:
    from knowledge.sync.job import Job

app = typer.Typer(help="Jobs that sync sources: list, show, cancel, retry.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="Number, as `pilares jobs list` shows it.", metavar="JOB")]


@app.command("list")
def list_jobs(source: Annotated[str | None, typer.Option("--source", help="Of this source only.")] = None) -> None:
    """The latest jobs, newest first."""
    with clear_errors(), opened() as assistant:
        found = assistant.syncing().sources.jobs(source)
        if not found:
            typer.echo("There are no jobs yet. `pilares sources sync NAME` makes one.")
        for job in found:
            typer.echo(_line(job))


@app.command()
def show(number: Number) -> None:
    """A job with the documents that were not as before, and why some of them failed."""
    with clear_errors(), opened() as assistant:
        sources = assistant.syncing().sources
        typer.echo(_line(sources.job(number)))
        for row in sources.documents(number):
            typer.echo(f"  {row.state:<9} {safe(row.name)}" + (f": {safe(row.error)}" if row.error else ""))


@app.command()
def cancel(number: Number) -> None:
    """End a job that waits; what it has done stays."""
    with clear_errors(), opened() as assistant:
        job = assistant.syncing().sources.cancel(number)
        typer.echo(f"Job {job.id} is {job.state}.")


@app.command()
def retry(
    number: Number,
    whole: Annotated[bool, typer.Option("--whole", help="Fetch every document, whatever its version.")] = False,
    wait: Wait = WAIT,
) -> None:
    """Sync again: what failed in a job is fetched once more, what a cancelled one left out is taken in."""
    with clear_errors(), opened() as assistant:
        do(assistant, assistant.syncing().sources.retry(number, whole=whole), wait=wait)


def _line(job: "Job") -> str:
    error = f"\n    {safe(job.error)}" if job.error else ""
    when = moment(job.finished_at or job.started_at or job.requested_at)
    return f"{job.id:>5}  {safe(job.source):<24} {job.state:<9} {when}  {job.cause}  {summary(job)}{error}"
