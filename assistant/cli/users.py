"""`pilares users`: who may come in, with which role and groups."""

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.accounts import ACTOR, opened_accounts, sign_in_path
from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.security.user import User

app = typer.Typer(
    help="Accounts: add, list, suspend, roles, groups, one-time links; take out and delete what is kept of somebody.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="Name of the account, for example an e-mail address.")]
ROLE_HELP = "member (asks), editor (adds documents as well) or admin (everything)."


@app.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option("--role", help=ROLE_HELP)] = "member",
    group: Annotated[list[str] | None, typer.Option("--group", help="A group they belong to; repeatable.")] = None,
) -> None:
    """Add an account, and show the one-time link with which its person chooses a password."""
    with clear_errors(), opened_accounts() as accounts:
        user = accounts.users.add(name, role, group or ())
        accounts.audit.note(ACTOR, "user.add", user.name, role=user.role, groups=sorted(user.groups))
        typer.echo(_line(user))
        _tell(accounts.links.make(user))


@app.command("list")
def list_users() -> None:
    """Every account."""
    with clear_errors(), opened_accounts() as accounts:
        found = accounts.users.list()
        if not found:
            typer.echo("There are no accounts. `pilares users add NAME --role admin` adds one.")
        for user in found:
            typer.echo(_line(user))


@app.command()
def link(name: Name) -> None:
    """A new one-time link, for somebody who forgot their password."""
    with clear_errors(), opened_accounts() as accounts:
        user = accounts.users.named(name)
        accounts.audit.note(ACTOR, "link.make", user.name)
        _tell(accounts.links.make(user))


@app.command()
def suspend(name: Name) -> None:
    """Keep somebody out, on every path, from their next request on."""
    with clear_errors(), opened_accounts() as accounts:
        user = accounts.users.suspend(name)
        accounts.audit.note(ACTOR, "user.suspend", user.name)
        typer.echo(_line(user))


@app.command()
def resume(name: Name) -> None:
    """Let somebody in again who was suspended."""
    with clear_errors(), opened_accounts() as accounts:
        user = accounts.users.suspend(name, False)
        accounts.audit.note(ACTOR, "user.resume", user.name)
        typer.echo(_line(user))


@app.command()
def role(name: Name, role: Annotated[str, typer.Argument(help=ROLE_HELP, metavar="ROLE")]) -> None:
    """Give somebody another role."""
    with clear_errors(), opened_accounts() as accounts:
        user = accounts.users.change(name, role=role)
        accounts.audit.note(ACTOR, "user.role", user.name, role=user.role)
        typer.echo(_line(user))


@app.command()
def groups(
    name: Name,
    groups: Annotated[list[str] | None, typer.Argument(help="All their groups; none: everyone alone.")] = None,
) -> None:
    """Say which groups somebody belongs to; they count with the next question."""
    with clear_errors(), opened_accounts() as accounts:
        user = accounts.users.change(name, groups=groups or ())
        accounts.audit.note(ACTOR, "user.groups", user.name, groups=sorted(user.groups))
        typer.echo(_line(user))


@app.command()
def audit(limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 50) -> None:
    """What was administered, by whom, the newest first."""
    with clear_errors(), opened_accounts() as accounts:
        for act in accounts.audit.latest(limit):
            detail = " ".join(f"{key}={value}" for key, value in act.detail.items())
            typer.echo(f"{act.at:%Y-%m-%d %H:%M:%S}Z  {safe(act.actor)}  {act.act}  {safe(act.target)}  {safe(detail)}")


def _tell(token: str) -> None:
    typer.echo(f"One-time link, valid for two days, below the address of the server: {sign_in_path(token)}")


def _line(user: "User") -> str:
    state = "suspended" if user.suspended else "invited" if user.invited else "active"
    return f"{safe(user.name)}  {user.role}  {state}  {', '.join(safe(each) for each in sorted(user.groups)) or '-'}"
