"""`pilares widget`: the chat that websites put into their pages."""

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.accounts import ACTOR, opened_accounts
from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.security.widget_keys import WidgetKey

app = typer.Typer(help="The widget of websites: keys, secrets, a demo page.", no_args_is_help=True)
KeyId = Annotated[str, typer.Argument(help="Id, or the beginning of it that `pilares widget list` shows.")]
Server = Annotated[str, typer.Option("--server", help="Where Pilares answers, as browsers reach it.")]
HERE = "http://localhost:7860"
SHORT_ID = 8


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Which website the key is for.")],
    origin: Annotated[
        list[str], typer.Option("--origin", help="https://www.example.org: its pages may use the key; repeatable.")
    ],
    group: Annotated[
        list[str] | None,
        typer.Option("--group", help="A group that the website may say a visitor is in; repeatable; default: none."),
    ] = None,
    days: Annotated[float | None, typer.Option("--days", help="How long it is valid; default: until revoked.")] = None,
    requests_per_day: Annotated[
        int | None, typer.Option(min=1, help="Budget of all visitors: questions a day.")
    ] = None,
    tokens_per_day: Annotated[int | None, typer.Option(min=1, help="Budget: tokens read and written a day.")] = None,
    cost_per_day: Annotated[
        float | None, typer.Option(min=0, help="Budget: money a day, as models are priced.")
    ] = None,
    server: Server = HERE,
) -> None:
    """Make a key for a website, and show the line that puts the widget into its pages."""
    with clear_errors(), opened_accounts() as accounts:
        from assistant.security.allowance import Allowance

        budget = Allowance(
            requests_per_day=requests_per_day, tokens_per_day=tokens_per_day, cost_per_day=cost_per_day or None
        )
        key = accounts.widget_keys.make(name, origin, groups=group or (), days=days, budget=budget)
        accounts.audit.note(ACTOR, "widget.make", key.id, name=key.name, origins=[*key.origins], groups=[*key.groups])
        typer.echo(_tag(key, server))
        typer.echo(f"The key is no secret: it only works in pages of {', '.join(key.origins)}. {_line(key)}", err=True)


@app.command("list")
def list_keys(server: Server = HERE) -> None:
    """Every key, the newest first, with the line for pages."""
    with clear_errors(), opened_accounts() as accounts:
        found = accounts.widget_keys.list()
        if not found:
            typer.echo("There are no keys. `pilares widget create NAME --origin https://example.org` makes one.")
        for key in found:
            typer.echo(_line(key))
            if key.revoked is None:
                typer.echo(f"          {_tag(key, server)}")


@app.command()
def revoke(key: KeyId) -> None:
    """End a key: the next question of its pages is refused."""
    with clear_errors(), opened_accounts() as accounts:
        gone = accounts.widget_keys.revoke(key)
        accounts.audit.note(ACTOR, "widget.revoke", gone.id, name=gone.name)
        typer.echo(f"Revoked: {gone.id[:SHORT_ID]}  {safe(gone.name)}")


@app.command()
def secret(key: KeyId) -> None:
    """Show the secret with which the website's own server signs who its visitor is; it belongs into no page."""
    with clear_errors(), opened_accounts() as accounts:
        from assistant.security.identities import Secrets
        from assistant.security.visitors import SECRET_FILE
        from assistant.settings import load_settings

        found = accounts.widget_keys.get(key)
        accounts.audit.note(ACTOR, "widget.secret", found.id, name=found.name)
        typer.echo(Secrets(load_settings().home / SECRET_FILE).of(found.id))


@app.command()
def demo(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port of the demo page; 0 takes a free one.")
    ] = 0,
    server: Server = HERE,
) -> None:
    """Serve a page with the widget to this computer alone, until Ctrl+C; `pilares serve` runs beside it."""
    with clear_errors(), opened_accounts() as accounts:
        from assistant.ui.widget_demo import DemoSite

        with DemoSite(port) as site:
            key = accounts.widget_keys.make("demo", [site.origin], days=1)
            try:
                site.show(_tag(key, server))
                typer.echo(f"A website with the widget: {site.origin}  (Ctrl+C stops it; Pilares is at {server})")
                site.serve()
            finally:
                accounts.widget_keys.revoke(key.id)


def _tag(key: "WidgetKey", server: str) -> str:
    from html import escape

    return f'<script src="{escape(server.rstrip("/"))}/widget.js" data-key="{key.token}" async></script>'


def _line(key: "WidgetKey") -> str:
    until = f"  until {key.expires:%Y-%m-%d}" if key.expires else ""
    state = f"  revoked {key.revoked:%Y-%m-%d}" if key.revoked else until
    groups = f"  groups: {', '.join(key.groups)}" if key.groups else ""
    budget = " ".join(f"{name}={value}" for name, value in key.budget if value is not None)
    return f"{key.id[:SHORT_ID]}  {safe(key.name)}  {', '.join(key.origins)}{groups}{state}  {budget}".rstrip()
