"""`pilares keys`: the way in for programs."""

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.accounts import ACTOR, opened_accounts
from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.security.keys import Key

app = typer.Typer(help="Keys of programs: create, list, revoke.", no_args_is_help=True)
Owner = Annotated[str, typer.Option("--user", help="The account the key acts for.")]
SHORT_ID = 8


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    user: Owner,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="ask, read, write, operate, accounts; repeatable; default: ask and read."),
    ] = None,
    days: Annotated[float, typer.Option("--days", help="How long it is valid; up to 366.")] = 90,
    requests_per_day: Annotated[int | None, typer.Option(min=1, help="Budget: questions a day.")] = None,
    tokens_per_day: Annotated[int | None, typer.Option(min=1, help="Budget: tokens read and written a day.")] = None,
    cost_per_day: Annotated[
        float | None, typer.Option(min=0, help="Budget: money a day, as models are priced.")
    ] = None,
) -> None:
    """Make a key and show it, this once."""
    with clear_errors(), opened_accounts() as accounts:
        from assistant.security.allowance import Allowance
        from assistant.security.keys import USUAL_SCOPES

        budget = Allowance(
            requests_per_day=requests_per_day, tokens_per_day=tokens_per_day, cost_per_day=cost_per_day or None
        )
        owner = accounts.users.named(user)
        key, token = accounts.keys.make(owner, name, scopes=scope or USUAL_SCOPES, days=days, budget=budget)
        accounts.audit.note(ACTOR, "key.make", key.id, owner=owner.name, scopes=[*key.scopes])
        typer.echo(token)
        typer.echo(f"Keep it now: it cannot be shown again. {_line(key)}", err=True)


@app.command("list")
def list_keys(user: Annotated[str | None, typer.Option("--user", help="Only those of this account.")] = None) -> None:
    """Every key, without its secret, the newest first."""
    with clear_errors(), opened_accounts() as accounts:
        found = accounts.keys.list(None if user is None else accounts.users.named(user).id)
        if not found:
            typer.echo("There are no keys. `pilares keys create NAME --user ACCOUNT` makes one.")
        for key in found:
            typer.echo(_line(key))


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Id, or the beginning of it that `pilares keys list` shows.")],
) -> None:
    """End a key: its next request is refused."""
    with clear_errors(), opened_accounts() as accounts:
        gone = accounts.keys.revoke(key)
        accounts.audit.note(ACTOR, "key.revoke", gone.id, owner=gone.owner)
        typer.echo(f"Revoked: {gone.id[:SHORT_ID]}  {safe(gone.name)}")


def _line(key: "Key") -> str:
    until = f"revoked {key.revoked:%Y-%m-%d}" if key.revoked else f"until {key.expires:%Y-%m-%d}"
    budget = " ".join(f"{name}={value}" for name, value in key.budget if value is not None)
    return (
        f"{key.id[:SHORT_ID]}  {safe(key.owner)}  {safe(key.name)}  {','.join(key.scopes)}  {until}  {budget}".rstrip()
    )
