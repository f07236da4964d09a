"""`pilares learn`: continuous learning, begun by hand and looked at."""

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import FAILED, clear_errors

if TYPE_CHECKING:
    from assistant.learning.journal import Entry, Run
    from assistant.settings import Settings

app = typer.Typer(help="Learn from reviewed feedback: collect, check, train, gate, propose.", no_args_is_help=True)
_COLOURS = {"done": None, "begun": None, "stopped": "yellow", "failed": "red"}


@app.command()
def run(
    now: Annotated[
        bool, typer.Option("--now", help="A running server does not wait until nobody asks anything.")
    ] = False,
) -> None:
    """Learn now, or go on with what was interrupted; where a server is running, it does."""
    with clear_errors():
        from assistant.app import build_app
        from assistant.learning.journal import Journal
        from assistant.learning.nightly import request
        from assistant.learning.run import JOURNAL, Learning
        from assistant.learning.stages import steps_of
        from assistant.settings import load_settings
        from knowledge.errors import StoreLocked

        settings = load_settings()
        folder = settings.home / "finetune"
        try:
            assistant = build_app(settings)
        except StoreLocked:
            request(folder, now=now)
            quiet = f"when nobody has asked for {settings.learn.quiet_minutes:g} minutes"
            when = "within half a minute" if now else quiet
            typer.echo(f"The running server begins {when}. `pilares learn status` says how far it is.")
            return
        with assistant:
            steps = steps_of(assistant, Journal(folder / JOURNAL))
            found = Learning(folder, steps).run(say=_print)
    if found.last.outcome == "failed":
        raise typer.Exit(FAILED)


@app.command()
def status(
    runs: Annotated[int, typer.Option("--runs", min=1, help="How many runs to show, the newest last.")] = 1,
) -> None:
    """Every step of the last run with its reason, when the next one begins, and what of corrections counts now."""
    with clear_errors():
        from assistant.learning.journal import Journal
        from assistant.learning.run import JOURNAL, is_running
        from assistant.settings import load_settings

        settings = load_settings()
        folder = settings.home / "finetune"
        found = Journal(folder / JOURNAL).runs()
        if not found:
            typer.echo("Nothing has been learnt yet. `pilares learn run` begins.")
        for each in found[-runs:]:
            typer.secho(f"Run {each.id}", bold=True)
            for entry in each.entries:
                _print(entry)
        running = is_running(folder)
        if found and not found[-1].ended and not running:
            typer.echo("It was interrupted; `pilares learn run` goes on with it.")
        _print_next(settings, found[-1] if found else None, running)
        _print_speeds(settings)


@app.command()
def raised() -> None:
    """The passages that rise in searches since they helped, with the question that they helped with."""
    with clear_errors():
        from assistant.settings import load_settings
        from assistant.storage.conversations import Conversations

        with Conversations.open(load_settings().conversations_url, recover=False) as conversations:
            found = conversations.raised.current()
        if not found:
            typer.echo("No passage rises. Thumbs up and corrections raise some, once they are accepted.")
        for each in found:
            typer.echo(f"{each.created:%Y-%m-%d}  {safe(each.document_id)}: «{safe(each.quote)}»")
            typer.echo(f"  helped with: {safe(each.question)}")


def _print_speeds(settings: "Settings") -> None:
    from assistant.learning.speeds import speeds_of
    from assistant.storage.conversations import Conversations

    with Conversations.open(settings.conversations_url, recover=False) as conversations:
        now = speeds_of(settings, conversations.curated, conversations.raised)
    alias = settings.learn.alias
    serving = f"{now.serving} serves as {alias}" if now.serving else f"nothing was promoted to {alias} yet"
    typer.echo(f"At once: {now.curated} curated answers are served, {now.stale} wait (`pilares curated list`).")
    typer.echo(f"Today: {now.raised} passages rise (`pilares learn raised`).")
    typer.echo(
        f"Tonight: {now.accepted} rows are accepted, {now.waiting} wait (`pilares finetune dataset review list`); "
        f"{safe(serving)}."
    )


def _print_next(settings: "Settings", last: "Run | None", running: bool) -> None:
    from datetime import datetime

    from assistant.learning.schedule import next_time

    if running:
        typer.echo("A run is under way.")
    elif settings.learn.enabled:
        when = next_time(datetime.now().astimezone(), last, settings.learn)
        typer.echo(f"The next run begins after {when:%Y-%m-%d %H:%M}, while `pilares serve` runs and nobody asks.")
    else:
        typer.echo("There is no schedule: `enabled = true` under [learn] in pilares.toml sets one.")


def _print(entry: "Entry") -> None:
    if entry.outcome == "begun":
        typer.echo(f"{entry.at}  {entry.stage:<8} …")
        return
    why = f": {safe(entry.why)}" if entry.why else ""
    typer.secho(f"{entry.at}  {entry.stage:<8} {entry.outcome}{why}", fg=_COLOURS[entry.outcome])
