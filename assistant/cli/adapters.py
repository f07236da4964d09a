"""`pilares finetune list|show|promote|rollback|export|import`: which adapters there are, and which of them serve."""

import getpass
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import FAILED, clear_errors

if TYPE_CHECKING:
    from assistant.models.serving import Serving
    from assistant.settings import Settings
    from finetune.registry import Registry, Version

SHIPPED = "shipped"
SERVED_WITHIN_SECONDS = 20.0

Alias = Annotated[
    str, typer.Argument(help="What an adapter serves as: reader, or an alias of `adapters` in the settings.")
]
Name = Annotated[str, typer.Argument(metavar="TOPIC@vN", help="A version, as `pilares finetune list` names it.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it stands in the history.")]
Who = Annotated[str, typer.Option("--by", help="Who decides; default: the user of this computer.")]


def add_to(app: typer.Typer) -> None:
    """Make these commands of `pilares finetune`."""
    for name, command in (
        ("list", list_adapters), ("show", show), ("promote", promote), ("rollback", rollback),
        ("export", export), ("import", bring),
    ):  # fmt: skip
        app.command(name)(command)


def list_adapters() -> None:
    """Every version with its gate and groups, what serves under which alias, and why something does not."""
    with clear_errors():
        settings, registry = _opened()
        for version in registry.versions():
            typer.echo(safe(f"{version.name}  {_in_short(version)}"))
            if count := registry.withdrawn().get(version.name):
                typer.echo(f"    trained on {count} rows that are withdrawn: train it again")
        if not registry.versions():
            typer.echo("There are no versions yet: training and `pilares finetune import` add them.")
        for line in _aliases(settings, registry):
            typer.echo(safe(line))
        for problem in _problems(settings):
            typer.echo(safe(problem), err=True)


def show(name: Annotated[str, typer.Argument(metavar="TOPIC@vN", help="A version, or an alias.")]) -> None:
    """The card of a version: what it was made of, what the gate found, who may be served by it."""
    with clear_errors():
        from finetune.grounded import SHIPPED as FOLDER
        from finetune.lora import Adapter
        from finetune.registry.page import page, page_of_shipped

        settings, registry = _opened()
        if name in (SHIPPED, _shipped_as(settings, registry)):
            typer.echo(f"{safe(name)}: {_about_shipped()}")
            typer.echo(safe(page_of_shipped(Adapter(FOLDER).card)))
            return
        version = registry.version(registry.aliases().get(name, name))
        serves = [alias for alias, served in registry.aliases().items() if served == version.name]
        serves += [f"{a} ({c.percent} %)" for a, c in registry.canaries().items() if c.candidate == version.name]
        withdrawn, moves = registry.withdrawn().get(version.name, 0), registry.history()
        typer.echo(safe(page(version, ", ".join(serves), withdrawn, moves)))


def promote(
    alias: Alias,
    name: Name,
    canary: Annotated[
        int, typer.Option("--canary", metavar="PERCENT", help="Only for this part at first, 1 to 50.")
    ] = 0,
    why: Why = "",
    by: Who = "",
    ungated: Annotated[bool, typer.Option("--ungated", help="It has been through no gate; needs --why.")] = False,
) -> None:
    """Let a version serve, for all conversations of an alias or for a part of them; a running server follows."""
    with clear_errors():
        from assistant.models.adapters import check_serves_here, groups_served

        settings, registry = _opened()
        serves = groups_served(settings, alias)
        check_serves_here(settings, registry.version(name))
        before = _noted(settings)
        move = registry.promote(alias, name, who=by or _user(), why=why, serves=serves, canary=canary, ungated=ungated)
        _tell_rival(registry.version(name).gate.get("against"), move.before or _at_first(settings, alias), name)
        if count := registry.withdrawn().get(name):
            typer.echo(f"{safe(name)} was trained on {count} rows that are withdrawn: train it again.", err=True)
        if not serves:
            typer.echo(f"No group is served by {safe(alias)} yet: set it under [adapters] in pilares.toml.", err=True)
        _tell(settings, move, before)


def rollback(alias: Alias, why: Why = "", by: Who = "") -> None:
    """Go back to what served before; while a canary runs, only that is stopped."""
    with clear_errors():
        from assistant.models.adapters import groups_served

        settings, registry = _opened()
        before = _noted(settings)
        _tell(
            settings,
            registry.rollback(alias, who=by or _user(), why=why, serves=groups_served(settings, alias)),
            before,
        )


def export(
    name: Name, out: Annotated[Path, typer.Argument(metavar="PATH", help="A new folder, or a new file ending in .zip.")]
) -> None:
    """Write a version with its card and a manifest of hashes, to be kept or taken elsewhere."""
    with clear_errors():
        typer.echo(f"Written: {_opened()[1].export(name, out)}")


def bring(
    source: Annotated[Path, typer.Argument(metavar="PATH", help="A folder as peft saves it, or a .zip of one.")],
    topic: Annotated[str, typer.Argument(help="The name under which its versions are counted.")],
    base: Annotated[str, typer.Option("--base", help="The model it is for, where its card does not say so.")] = "",
    licence: Annotated[str, typer.Option("--licence", help="The licence of what it was trained on.")] = "",
    group: Annotated[list[str], typer.Option("--group", help="Who may read what it was trained on; repeatable.")] = [],  # noqa: B006 - typer copies it
) -> None:
    """Take in an adapter from elsewhere: checked, never run, and served only once it is promoted."""
    with clear_errors():
        from assistant.models.catalogue import find_model

        given: dict[str, Any] = {"licence": licence, "groups": group}
        if base:
            given |= {"base": base, "base_sha256": find_model(base).files[0].sha256}
        version = _opened()[1].bring(source, topic, card=given)
        typer.echo(f"Added: {version.name}")
        for note in version.card.get("notes", ()):
            typer.echo(safe(f"  Look at this: {note}"))


def _opened() -> "tuple[Settings, Registry]":
    from assistant.models.adapters import registry_of
    from assistant.settings import load_settings

    settings = load_settings()
    return settings, registry_of(settings)


def _aliases(settings: "Settings", registry: "Registry") -> list[str]:
    from assistant.models.serving import serving_now

    return [_line(settings, each) for each in serving_now(settings, registry)]


def _line(settings: "Settings", each: "Serving") -> str:
    if not each.fits:
        return f"{each.version} serves nobody: it is not for the small model, {settings.slm.name}"
    since = f" since {each.since} by {each.by}" if each.since else ""
    canary = each.canary
    beside = f"; {canary.candidate} for {canary.percent} % of the conversations" if canary else ""
    return f"{each.alias} -> {each.version}{since}{beside}"


def _tell_rival(against: Any, served: str, name: str) -> None:
    """That the gate has measured it beside something else than what it takes the place of."""
    if against and served and against != served:
        typer.echo(
            safe(f"Its gate compared it with {against}; {served} served until now. To compare them: "
                 f"pilares finetune evaluate {name} --against {served}"), err=True,
        )  # fmt: skip


def _in_short(version: "Version") -> str:
    """What the list says of a version; why it cannot be used, where that is so."""
    from finetune.errors import AdapterInvalid

    try:
        groups = ", ".join(sorted(version.groups)) or "nobody"
        first, *more = (version.verdict or "not been through").split("; ")
        verdict = f"{first} (and {len(more)} more reasons)" if more else first
        return f"for {version.card.get('base', '?')}, gate: {verdict}, groups: {groups}"
    except AdapterInvalid as error:
        return f"cannot be used: {error}"


def _shipped_as(settings: "Settings", registry: "Registry") -> str:
    """The alias that the shipped adapter serves; empty when something was promoted to it, or it is switched off."""
    from assistant.settings import DEFAULT_ALIAS

    return "" if registry.aliases().get(DEFAULT_ALIAS) else _at_first(settings, DEFAULT_ALIAS) and DEFAULT_ALIAS


def _about_shipped() -> str:
    from finetune.grounded import SHIPPED as FOLDER
    from finetune.lora import CARD, Adapter

    base = Adapter(FOLDER).card.get("base", "?")
    return f"the adapter that Pilares ships with, for {base}. Its card: {FOLDER / CARD}"


def _at_first(settings: "Settings", alias: str) -> str:
    """What serves under an alias before anything is promoted to it, where that is known."""
    from assistant.settings import DEFAULT_ALIAS

    return SHIPPED if alias == DEFAULT_ALIAS and settings.grounded_adapter == SHIPPED else ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _noted(settings: "Settings") -> dict[str, Any]:
    """What the running server wrote down last; empty when none runs."""
    import json

    import psutil

    from assistant.finetuning.watch import SERVED

    try:
        found = json.loads((settings.adapters_folder / SERVED).read_text(encoding="utf-8"))
        return found if psutil.pid_exists(int(found["process"])) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _problems(settings: "Settings") -> list[str]:
    return [f"The server says: {each}" for each in _noted(settings).get("problems", ())]


def _tell(settings: "Settings", move: Any, before: dict[str, Any]) -> None:
    """What was changed, and what the running server made of it."""
    part = f" for {move.percent} % of the conversations" if move.action == "canary" else ""
    typer.echo(safe(f"{move.alias}: {move.before or SHIPPED} -> {move.after or SHIPPED}{part}"))
    if not before:
        typer.echo("No server is running; the next one serves it.")
        return
    begun = time.monotonic()
    while (now := _noted(settings)) == before and time.monotonic() - begun < SERVED_WITHIN_SECONDS:
        time.sleep(0.1)
    if now == before:
        typer.echo("The running server has not taken it up yet. See `pilares finetune list`.", err=True)
    elif now.get("problems"):
        typer.echo(safe("\n".join(_problems(settings))), err=True)
        raise typer.Exit(FAILED)
    else:
        typer.echo(f"Served after {time.monotonic() - begun:.1f} s.")
