"""`pilares connectors`: chat platforms."""

from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.app import Assistant
    from assistant.settings import Settings
    from connectors.connector import Health

app = typer.Typer(help="Chat platforms: list, run, doctor, send, pause, simulate, manifest.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A connector, as pilares.toml names it.")]
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


# The ids of Telegram's groups begin with a hyphen, and are no options.
@app.command(context_settings={"ignore_unknown_options": True})
def send(
    name: Name,
    channel: Annotated[str, typer.Argument(help="The platform's id of the channel, or of a direct talk.")],
    text: Annotated[str, typer.Argument(help="Markdown.")],
    thread: Annotated[str, typer.Option(help="In this thread of the channel.")] = "",
    person: Annotated[str, typer.Option(help="Whose direct talk it is; without it, others read there.")] = "",
    key: Annotated[str, typer.Option(help="Of several with the same key one is sent; default: each is.")] = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for it to be sent.")] = 10.0,
) -> None:
    """Post something that nobody asked for. A running server sends it; else it is sent when one runs."""
    with clear_errors():
        from assistant.settings import load_settings
        from connectors.core.unasked import Unasked
        from connectors.event import Place
        from connectors.outside import say

        settings = load_settings()
        _known(settings, [name])
        said = Unasked(Place(channel, thread, direct=bool(person)), text, key or uuid4().hex, person)
        say(settings.connectors_url, name, settings.connectors[name], said)
        _follow(settings.connectors_url, name, said.key, wait)


@app.command()
def pause(name: Name) -> None:
    """Answer and send nothing from now on; what comes in is kept."""
    _pause(name, on=True)


@app.command()
def resume(name: Name) -> None:
    """Go on after a pause, with what has come in meanwhile."""
    _pause(name, on=False)


@app.command()
def held(
    release: Annotated[bool, typer.Option("--release", help="Answer and send it after all.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Never answer nor send it.")] = False,
) -> None:
    """What waited when a backup was made that was restored: it may have been answered or sent since."""
    with clear_errors():
        from assistant.errors import InvalidRequest
        from assistant.settings import load_settings
        from connectors.health import age
        from connectors.outside import held_back, settle_held

        if release and drop:
            raise InvalidRequest("Give --release or --drop, not both.")
        url = load_settings().connectors_url
        found = held_back(url)
        for each in found:
            words = " ".join(safe(each.text).split())[:80]
            typer.echo(f"{each.connector:<20} {each.kind:<9} {age(each.at):>6} ago  {safe(each.conversation)}  {words}")
        if not found:
            typer.echo("Nothing is held back.")
        elif release or drop:
            settle_held(url, "release" if release else "drop")
            typer.echo(f"{len(found)} {'released' if release else 'dropped'}.")


def _pause(name: str, *, on: bool) -> None:
    with clear_errors():
        from assistant.settings import load_settings
        from connectors.outside import pause as put

        settings = load_settings()
        _known(settings, [name])
        put(settings.connectors_url, name, on=on)
        typer.echo(f"{name} {'is paused' if on else 'goes on'}.")


def _follow(url: str, name: str, key: str, seconds: float) -> None:
    """Say what became of a message. Raises SendError when the platform does not take it."""
    from time import monotonic, sleep

    from connectors.errors import NotPossible
    from connectors.outside import fate_of

    until = monotonic() + seconds
    while (found := fate_of(url, name, key))[0] == "waiting" and monotonic() < until:
        sleep(0.5)
    state, why = found
    if state == "failed":
        raise NotPossible(f"It was not sent: {why}")
    typer.echo("Sent." if state == "sent" else "It waits in the outbox, and is sent when the connectors run.")


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
    state = "off" if not enabled else "paused" if link and link.paused else link.state if link else "never ran"
    waits = f"{health.to_answer} to answer, {health.to_send} to send"
    last = age(link.last_event if link else None)
    past = f"{age(link.last_error_at)} ago: {link.last_error}" if link and link.last_error and not link.error else ""
    error = f"\n    {safe(link.error or past)}" if link and (link.error or past) else ""
    failed = f", {health.outbox['failed']} given up" if health.outbox.get("failed") else ""
    failed += f", {health.held} held back" if health.held else ""
    return f"{name:<20} {platform:<10} {state:<10} last event {last:<10} {waits}{failed}{error}"
