"""`pilares finetune dataset review`: people decide what may be learnt from."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.finetuning.datasets import DatasetDesk
    from finetune.queue import Queued

app = typer.Typer(help="Decide what may be learnt from: list, show, accept, refuse.", no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids as the list shows them.")]
HeldBy = Annotated[
    str, typer.Option("--held-by", metavar="CHECK", help="All rows that this check of the doctor holds back.")
]
By = Annotated[str, typer.Option("--by", help="Who decides; kept with the row.")]
SHOWN = 160


@app.command("list")
def list_rows(
    state: Annotated[
        Literal["waiting", "proposed", "held", "accepted", "refused"],
        typer.Option(help="Which rows; waiting are those proposed or held back."),
    ] = "waiting",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
) -> None:
    """Rows with their question and reply, what their author said, and why the doctor holds them back."""
    with clear_errors():
        states = ("proposed", "held") if state == "waiting" else (state,)
        rows = desk().queue.rows(*states)
        if not rows:
            typer.echo(f"No example is {state}.")
        for each in rows[:limit]:
            _print(each)
        if len(rows) > limit:
            typer.echo(f"... and {len(rows) - limit} more: --limit.")


@app.command()
def show(row: Annotated[str, typer.Argument(metavar="ID", help="An id as the list shows it.")]) -> None:
    """One row in full."""
    with clear_errors():
        _print(desk().queue.find([row])[0], whole=True)


@app.command()
def accept(ids: Ids = None, held_by: HeldBy = "", by: By = "operator") -> None:
    """Let rows be learnt from. What the doctor holds against them now counts as seen."""
    _decide(ids, held_by, by, accepted=True)


@app.command()
def refuse(ids: Ids = None, held_by: HeldBy = "", by: By = "operator") -> None:
    """Keep rows out for good."""
    _decide(ids, held_by, by, accepted=False)


def desk() -> "DatasetDesk":
    """The datasets of this installation."""
    from assistant.finetuning.datasets import DatasetDesk
    from assistant.security.private import finder_of
    from assistant.settings import load_settings

    settings = load_settings()
    return DatasetDesk(settings.home, finder_of(settings.security.presidio))


def follow_queue(found: "DatasetDesk") -> None:
    """Serve the corrections that are accepted now as curated answers, and say what that comes to."""
    from assistant.finetuning.following import follow
    from assistant.settings import load_settings
    from assistant.storage.conversations import Conversations

    settings = load_settings()
    with Conversations.open(settings.conversations_url, recover=False) as conversations:
        done = follow(
            conversations, found.queue.rows(), trusted=settings.learn.trusted, days=settings.curated.review_days
        )
    for each in done.made:
        typer.echo(f"Served from now on as a curated answer ({each.id[:8]}): {_short(each.question)}")
    for each in done.retired:
        typer.echo(f"No longer served ({each.id[:8]}): {_short(each.question)}")
    for reason, count in done.left_out.most_common():
        typer.echo(f"{count} accepted without a curated answer: {safe(reason)}. `pilares curated add` writes one.")


def _decide(ids: list[str] | None, held_by: str, by: str, *, accepted: bool) -> None:
    with clear_errors():
        from assistant.errors import InvalidRequest

        found = desk()
        chosen = [*(ids or [])]
        if held_by:
            chosen += [each.example.id for each in found.queue.rows("held", "proposed") if held_by in each.held]
        if not chosen:
            raise InvalidRequest("Name the rows: their ids, or --held-by CHECK. The list shows both.")
        decided = found.review(dict.fromkeys(chosen), accepted, by)
        for each in decided:
            for check, why in each.held.items() if accepted else ():
                typer.echo(f"{each.example.id[:10]}  accepted in spite of {check}: {safe(why)}")
        rows = "1 row is" if len(decided) == 1 else f"{len(decided)} rows are"
        typer.echo(f"{rows} {'accepted' if accepted else 'refused'}.")
        follow_queue(found)


def _print(row: "Queued", *, whole: bool = False) -> None:
    from finetune.asked import question_of

    each, origin = row.example, row.example.origin
    thumb = "" if each.good is None else " good" if each.good else " bad"
    who = f"{origin.source} of {origin.user}" if origin.user else origin.source
    typer.secho(f"{each.id[:10]}  {row.state}  {each.kind}{thumb}  {safe(who)}  {origin.created[:10]}", bold=True)
    if whole:
        for message in each.messages:
            typer.echo(f"  [{message.role}] {safe(message.content)}")
        typer.echo(f"  [reply] {safe(each.completion)}")
        if each.rejected:
            typer.echo(f"  [rejected] {safe(each.rejected)}")
        documents = ", ".join(origin.documents) or "none"
        typer.echo(
            f"  documents: {safe(documents)}; groups: {safe(', '.join(origin.groups))}; licence: {origin.licence}"
        )
    else:
        typer.echo(f"  asked: {_short(question_of(each))}")
        typer.echo(f"  reply: {_short(each.completion)}")
        if each.rejected:
            typer.echo(f"  in place of: {_short(each.rejected)}")
    if row.note:
        typer.echo(f"  said of it: {_short(row.note)}")
    for check, why in row.held.items():
        typer.secho(f"  {check}: {safe(why)}", fg="yellow")


def _short(text: str) -> str:
    line = safe(" ".join(text.split()))
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
