"""`pilares connectors`: chat platforms."""

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.app import Assistant
    from assistant.settings import Settings
    from connectors.connector import Health

app = typer.Typer(help="Chat platforms: list, run, doctor, simulate, manifest.", no_args_is_help=True)
Platform = Annotated[str, typer.Argument(help="A platform, as `pilares connectors list` names them.")]


@app.command("list")
def list_connectors() -> None:
    """The connectors of this installation with the age of their last event, and the platforms there are."""
    with clear_errors():
        from assistant.settings import load_settings
        from connectors.health import health_of
        from connectors.registry import known

        settings = load_settings()
        if not settings.connectors:
            typer.echo("No connector is set up. Add a table [connectors.NAME] to pilares.toml; docs/connectors.md.")
        found = health_of(settings.connectors_url, list(settings.connectors)) if settings.connectors else {}
        for name, each in settings.connectors.items():
            typer.echo(_line(name, each.platform, each.enabled, found[name]))
        typer.echo(f"Platforms: {', '.join(known())}")


@app.command()
def run(
    names: Annotated[list[str] | None, typer.Argument(help="Only these; default: all that are enabled.")] = None,
) -> None:
    """Run connectors without the web chat, until Ctrl+C. `pilares serve` runs all of them as well."""
    with clear_errors():
        import asyncio

        from assistant.app import build_app
        from assistant.connecting import run_connectors
        from assistant.settings import load_settings

        settings = load_settings()
        _known(settings, names or [])
        with build_app(settings) as assistant:
            assistant.start()
            _say_running(settings, names or [])
            asyncio.run(run_connectors(settings, assistant, assistant.people, names or ()))


@app.command()
def doctor() -> None:
    """Look at the settings of every connector, its library, its link and what waits."""
    with clear_errors():
        from assistant.settings import load_settings
        from connectors.health import troubles

        settings, sound = load_settings(), True
        for name, each in settings.connectors.items():
            found = troubles(name, each, settings.connectors_url)
            sound = sound and not found
            typer.echo(f"{name}: {'no trouble found' if not found else ''}".rstrip())
            for trouble in found:
                typer.echo(f"  {safe(trouble)}")
    if not sound:
        raise typer.Exit(1)


@app.command()
def manifest(platform: Platform) -> None:
    """What the platform has to be given to set a bot up."""
    with clear_errors():
        from connectors.registry import platform as found

        typer.echo(found(platform).manifest(platform))


@app.command()
def simulate(
    platform: Platform,
    say: Annotated[
        list[str] | None, typer.Option("--say", help="Say this and leave; may be given several times.")
    ] = None,
    scripted: Annotated[bool, typer.Option("--scripted", help="Without models: repeats what was said.")] = False,
) -> None:
    """Try a channel without an account: a local server plays the platform, the real library talks to it."""
    with clear_errors():
        from connectors.registry import platform as found

        found(platform)
        if scripted:
            _simulate_scripted(platform, say)
        else:
            _simulate(platform, say)


def _simulate(platform: str, say: list[str] | None) -> None:
    import asyncio

    from assistant.app import build_app
    from assistant.connecting import ConnectedAssistant
    from assistant.settings import load_settings
    from connectors.simulation import simulate

    with build_app(load_settings()) as assistant:
        _ready(assistant)
        asyncio.run(simulate(platform, ConnectedAssistant(assistant), typer.echo, say))


def _simulate_scripted(platform: str, say: list[str] | None) -> None:
    import asyncio

    from connectors.simulation import simulate
    from connectors.testing.scripted import ScriptedAssistant

    async def go() -> None:
        await simulate(platform, ScriptedAssistant(word_s=0.1), typer.echo, say)

    asyncio.run(go())


def _ready(assistant: "Assistant") -> None:
    assistant.start()


def _known(settings: "Settings", names: list[str]) -> None:
    from assistant.errors import InvalidRequest

    for name in names:
        if name not in settings.connectors:
            there = ", ".join(settings.connectors) or "none yet"
            raise InvalidRequest(f"There is no connector {name!r}. There are: {there}.")


def _say_running(settings: "Settings", names: list[str]) -> None:
    running = ", ".join(names or [name for name, each in settings.connectors.items() if each.enabled])
    typer.echo(f"Connectors run: {running or 'none is set up'}  (Ctrl+C stops them)")


def _line(name: str, platform: str, enabled: bool, health: "Health") -> str:
    from connectors.health import age

    link = health.link
    state = "off" if not enabled else link.state if link else "never ran"
    waits = f"{health.inbox.get('waiting', 0)} to answer, {health.outbox.get('waiting', 0)} to send"
    last = age(link.last_event if link else None)
    error = f"\n    {safe(link.error)}" if link and link.error else ""
    failed = f", {health.outbox['failed']} given up" if health.outbox.get("failed") else ""
    return f"{name:<20} {platform:<10} {state:<10} last event {last:<10} {waits}{failed}{error}"
