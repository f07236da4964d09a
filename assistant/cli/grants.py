"""`pilares grants`: who may read what."""

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors

if TYPE_CHECKING:
    from assistant.app import Assistant
    from knowledge.store.grants import Audience

app = typer.Typer(
    help="Who may read what: rules for sources and folders, and what they mean for a document.", no_args_is_help=True
)
Source = Annotated[str, typer.Argument(help="A source, as `pilares grants list` and `documents list` name it.")]
Folder = Annotated[str, typer.Option("--folder", help="Only what lies in this folder of the source.")]
Groups = Annotated[list[str] | None, typer.Argument(help="Groups; none: nobody.", metavar="[GROUP]...")]


@app.command("list")
def list_rules() -> None:
    """Every rule, and the sources that are closed to all whom no rule names."""
    with clear_errors(), _assistant() as assistant:
        rules, restricted = assistant.library.grants.rules(), assistant.library.grants.restricted()
        if not rules and not restricted:
            typer.echo("There are no rules: documents are read by the groups they came with, everyone by default.")
        for rule in rules:
            typer.echo(f"{safe(rule.source)}/{safe(rule.prefix)}: {_named(rule.groups)}")
        for source in restricted:
            typer.echo(f"{safe(source)}: restricted, nobody but those whom a rule names")


@app.command("set")
def set_rule(source: Source, groups: Groups = None, folder: Folder = "") -> None:
    """Let these groups, and nobody else, read what lies in a source or folder, now and later."""
    with clear_errors(), _assistant() as assistant:
        rule = assistant.library.grants.set_rule(source, groups or (), folder)
        typer.echo(f"{safe(rule.source)}/{safe(rule.prefix)}: {_named(rule.groups)}")


@app.command()
def remove(source: Source, folder: Folder = "") -> None:
    """Take a rule back; then the folder above counts."""
    with clear_errors(), _assistant() as assistant:
        from assistant.errors import NotFound

        if not assistant.library.grants.remove_rule(source, folder):
            raise NotFound("There is no such rule. `pilares grants list` shows them.")
        typer.echo("Taken back.")


@app.command()
def restrict(
    source: Source, lift: Annotated[bool, typer.Option("--lift", help="Take the restriction back.")] = False
) -> None:
    """Close a source to everybody whom no rule names."""
    with clear_errors(), _assistant() as assistant:
        assistant.library.grants.restrict(source, not lift)
        typer.echo(f"{safe(source)} is {'no longer ' if lift else ''}restricted.")


@app.command("of")
def of_document(name: Annotated[str, typer.Argument(help="Name or id of a document.")]) -> None:
    """Who may read a document, and why."""
    with clear_errors(), _assistant() as assistant:
        found = assistant.library.grants.audience(assistant.library.document(name))
        typer.echo(f"{safe(name)}: {_named(found.groups)} ({_why(found)}).")


@app.command("give")
def give_document(
    name: Annotated[str, typer.Argument(help="Name or id of a document.")],
    groups: Groups = None,
    inherit: Annotated[bool, typer.Option("--inherit", help="Let the rules say again who may read it.")] = False,
) -> None:
    """Let these groups read one document, whatever rules say."""
    with clear_errors(), _assistant() as assistant:
        grants, document = assistant.library.grants, assistant.library.document(name)
        grants.set_audience(document, None if inherit else groups or ())
        typer.echo(f"{safe(name)}: {_named(grants.audience(document).groups)}")


def _assistant() -> "Assistant":
    from assistant.app import build_app
    from assistant.settings import load_settings

    return build_app(load_settings())


def _named(groups: tuple[str, ...]) -> str:
    return ", ".join(safe(each) for each in groups) or "nobody"


def _why(found: "Audience") -> str:
    if found.rule is not None:
        return f"the rule of {safe(found.rule.source)}/{safe(found.rule.prefix)}"
    return {
        "own": "set for this document",
        "restricted": "its source is restricted and no rule names anybody",
        "given": "it came with these groups, and no rule says otherwise",
        "rule": "a rule",
    }[found.reason]
