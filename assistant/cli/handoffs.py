"""`pilares handoffs`: conversations that wait for a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.handoff.record import Handoff
    from assistant.handoff.store import Handoffs

app = typer.Typer(help="Conversations that wait for a person: list, show, take, close.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="Id, or the beginning of it that `pilares handoffs list` shows.", metavar="ID")]
SHORT_ID = 8


@app.command("list")
def list_handoffs(
    state: Annotated[
        Literal["open", "taken", "closed"] | None, typer.Option("--state", help="Only those; default: not closed.")
    ] = None,
) -> None:
    """Those that wait, the longest first."""
    with clear_errors(), _opened() as handoffs:
        found = handoffs.find(state)
        if not found:
            typer.echo("No conversation waits for a person.")
        for each in found:
            typer.echo(_line(each))


@app.command()
def show(handoff_id: Id) -> None:
    """What was asked and answered, what stayed open, and what was written since."""
    with clear_errors(), _opened() as handoffs:
        from assistant.handoff.telling import told

        found = handoffs.get(handoff_id)
        typer.echo(_line(found))
        typer.echo(safe(told(found, found.language)))


@app.command()
def take(handoff_id: Id) -> None:
    """Say that a colleague sees to it; the person is told when they write again."""
    with clear_errors(), _opened() as handoffs:
        typer.echo(_line(handoffs.take(handoff_id)))


@app.command()
def close(
    handoff_id: Id,
    answer: Annotated[
        str, typer.Option("--answer", help="What you answered; it can be learnt from once reviewed.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Who answered; default: the user of this computer.")] = "",
) -> None:
    """It is done: the assistant answers in that conversation again."""
    with clear_errors(), _opened() as handoffs:
        import getpass

        typer.echo(_line(handoffs.close(handoff_id, answer, (by or getpass.getuser()) if answer else "")))


@contextmanager
def _opened() -> "Iterator[Handoffs]":
    from assistant.settings import load_settings
    from assistant.storage.conversations import Conversations

    with Conversations.open(load_settings().conversations_url, recover=False) as conversations:
        yield conversations.handoffs


def _line(handoff: "Handoff") -> str:
    from assistant.messages import message

    why = message(f"handoff_reason_{handoff.reason}", "en")
    mood = ", ".join(each for each in (handoff.urgency, handoff.sentiment) if each not in ("normal", "neutral"))
    return (
        f"{handoff.id[:SHORT_ID]}  {handoff.state:<6}  {handoff.created:%Y-%m-%d %H:%M}Z  {safe(handoff.user_id)}  "
        f"{handoff.language}  {why}{f' ({mood})' if mood else ''}"
    )
