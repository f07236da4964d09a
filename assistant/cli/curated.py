"""`pilares curated`: answers of people that are served when the same is asked again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.curated.record import Curated
    from assistant.curated.store import CuratedAnswers

app = typer.Typer(help="Answers of people, served when the same is asked again.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="Id, or the beginning of it that `pilares curated list` shows.", metavar="ID")]
By = Annotated[str, typer.Option("--by", help="Who stands for it, as readers see it; default: this computer's user.")]
Days = Annotated[int | None, typer.Option("--days", min=1, help="Days until somebody has to look at it again.")]
SHORT_ID, SHOWN = 8, 160


@app.command("list")
def list_curated(
    state: Annotated[
        Literal["served", "review", "retired"] | None, typer.Option("--state", help="Only those; default: not retired.")
    ] = None,
) -> None:
    """What is served, and what waits for somebody to look at it, with the reason."""
    with clear_errors(), _opened() as store:
        found = store.find(state) if state else store.find("served", "review")
        if not found:
            typer.echo("There are no curated answers. Accept a correction, or write one: `pilares curated add`.")
        for each in found:
            _print(each)


@app.command()
def show(curated_id: Id) -> None:
    """One in full, with the sentences it rests on."""
    with clear_errors(), _opened() as store:
        each = store.get(curated_id)
        _print(each)
        typer.echo(f"  {safe(each.answer)}")
        for ground in each.grounds:
            typer.echo(f"  {safe(ground.document)}: «{safe(ground.quote)}»")
        typer.echo(f"  written by {safe(each.author)}; approved by {safe(each.approver)} on {each.reviewed}")
        typer.echo(f"  for {safe(', '.join(each.groups) or 'nobody')}; to be reviewed by {each.expires}")


@app.command()
def add(
    question: Annotated[str, typer.Option("--question", help="The question, as it stands alone.")],
    answer: Annotated[str, typer.Option("--answer", help="The answer that is served.")],
    document: Annotated[str, typer.Option("--document", help="Name or id of the document that it rests on.")],
    line: Annotated[list[str], typer.Option("--line", help="A sentence of the document, word for word; repeatable.")],
    language: Annotated[Literal["en", "es"] | None, typer.Option(help="Of the question; default: found out.")] = None,
    by: By = "",
    days: Days = None,
) -> None:
    """Write one by hand. It is served from the next turn on."""
    with clear_errors():
        from assistant.app import build_app
        from assistant.curated.writing import written
        from assistant.settings import load_settings

        settings = load_settings()
        with build_app(settings) as assistant:
            made = written(
                assistant.library, question, answer, document, line, language=language, by=_who(by),
                days=days or settings.curated.review_days,
            )  # fmt: skip
            assistant.conversations.curated.add(made)
        _print(made)


@app.command()
def confirm(curated_id: Id, by: By = "", days: Days = None) -> None:
    """Somebody has looked at it: it is served again, if its sentences still stand in their documents."""
    with clear_errors():
        from datetime import timedelta

        from assistant.app import build_app
        from assistant.curated.writing import still_there
        from assistant.settings import load_settings

        settings = load_settings()
        with build_app(settings) as assistant:
            store = assistant.conversations.curated
            grounds = still_there(store.get(curated_id), assistant.library)
            expires = date.today() + timedelta(days=days or settings.curated.review_days)
            _print(store.confirm(curated_id, grounds, _who(by), expires))


@app.command()
def retire(
    curated_id: Id, why: Annotated[str, typer.Option("--why", help="The reason; it is kept.")] = "retired by hand"
) -> None:
    """Serve it no more, from the next turn on."""
    with clear_errors(), _opened() as store:
        _print(store.retire(curated_id, why))


@contextmanager
def _opened() -> "Iterator[CuratedAnswers]":
    from assistant.settings import load_settings
    from assistant.storage.conversations import Conversations

    with Conversations.open(load_settings().conversations_url, recover=False) as conversations:
        yield conversations.curated


def _who(by: str) -> str:
    import getpass

    return by.strip() or getpass.getuser()


def _print(curated: "Curated") -> None:
    why = f": {safe(curated.why)}" if curated.why else ""
    due = " (review is due)" if curated.state == "served" and curated.expires <= datetime.now().date() else ""
    typer.secho(
        f"{curated.id[:SHORT_ID]}  {curated.state}{due}{why}  {curated.language}  {safe(curated.approver)}  "
        f"{curated.reviewed}",
        bold=True,
    )
    typer.echo(f"  asked: {_short(curated.question)}")
    typer.echo(f"  answer: {_short(curated.answer)}")


def _short(text: str) -> str:
    line = safe(" ".join(text.split()))
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
