"""`pilares tools`: what the assistant may do besides answering."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import FAILED, clear_errors

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.tools.tool import Tool
    from assistant.tools.toolbox import Toolbox

app = typer.Typer(help="Tools that a turn may call: list them.", no_args_is_help=True)


@app.callback()
def _tools() -> None:
    """Keeps `list` a command of its own."""


@app.command("list")
def list_tools() -> None:
    """Every tool with its arguments and whether it asks first; the exit status is 1 when a server does not answer."""
    with clear_errors():
        from assistant.settings import load_settings

        settings = load_settings()
        with tools_of(settings) as toolbox:
            tools, missing = toolbox.tools(), toolbox.missing()
        if not tools and not missing:
            typer.echo("There are no tools. Name some under [tools] in pilares.toml, or switch [appointments] on.")
        visitors = set(settings.tools.visitors)
        for tool in tools:
            _show(tool, visitors=tool.name in visitors)
        for name in sorted(visitors - {tool.name for tool in tools}):
            typer.echo(f"tools.visitors names {safe(name)}, and there is no such tool.", err=True)
        for name, why in missing.items():
            typer.echo(f"{safe(name)} does not answer: {safe(why)}", err=True)
    if missing:
        raise typer.Exit(FAILED)


@contextmanager
def tools_of(settings: "Settings") -> "Iterator[Toolbox]":
    """The tools of an installation, without its models or documents."""
    from assistant.storage.conversations import Conversations
    from assistant.tasks import TaskDesk

    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Conversations.open(settings.conversations_url, recover=False) as conversations:
        desk = TaskDesk(settings, conversations)
        try:
            yield desk.toolbox()
        finally:
            desk.close()


def _show(tool: "Tool", *, visitors: bool) -> None:
    required = set(tool.parameters.get("required", ()))
    names = [name if name in required else f"[{name}]" for name in tool.parameters.get("properties", {})]
    asks = ("asks first" if tool.dangerous else "called at once") + (", for visitors too" if visitors else "")
    typer.secho(safe(f"{tool.name}({', '.join(names)})"), bold=True, nl=False)
    typer.echo(safe(f"  {asks}" + (f", from {tool.source}" if tool.source else "")))
    typer.echo(f"    {safe(tool.description.strip().splitlines()[0] if tool.description.strip() else '-')}")
