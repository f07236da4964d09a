"""`pilares backup` and `pilares restore`: the home folder in one file, and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.errors import clear_errors


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE.tar.gz", help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Save documents, conversations and settings in one file; a server may be running meanwhile."""
    with clear_errors():
        from assistant.backup.servers import Servers
        from assistant.backup.write import write
        from assistant.settings import load_settings

        settings = load_settings()
        made = write(settings.home, file, force=force, servers=Servers.of(settings))
        typer.echo(f"{file}: {_told(made.counts)}, {file.stat().st_size / 1e6:,.1f} MB.")
        if "pilares.toml" in made.members:
            typer.echo("It holds pilares.toml with whatever keys stand there: keep it as private as the home folder.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE.tar.gz", help="A file that `pilares backup` wrote.")],
    home: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", help="Restore into this folder instead of the home folder.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also where there are documents or conversations: they are moved aside.")
    ] = False,
    keep_settings: Annotated[
        bool,
        typer.Option(
            "--keep-settings", help="Leave pilares.toml and your examples as they are: to move to another database."
        ),
    ] = False,
) -> None:
    """Verify a backup and put it in place; stop the server first."""
    with clear_errors():
        from assistant.backup.restore import restore as put_back
        from assistant.backup.servers import Servers
        from assistant.settings import load_settings

        folder = load_settings(home=home).home
        done = put_back(
            file,
            folder,
            force=force,
            keep_settings=keep_settings,
            servers_of=lambda place: Servers.of(load_settings(home=place)),
        )
        typer.echo(f"{folder}: {_told(done.manifest.counts)}, as of {done.manifest.created:%Y-%m-%d %H:%M} UTC.")
        if done.aside:
            typer.echo(f"What was there before is in {done.aside}; delete it when you do not need it.")
        if done.held.questions or done.held.messages:
            typer.echo(
                f"On chat platforms {_number(done.held.questions, 'question')} waited to be answered when the backup "
                f"was made, and {_number(done.held.messages, 'message')} to be sent. That may have been done since, so "
                "they are held back: `pilares connectors held` shows them, with --release they are answered and sent, "
                "with --drop never."
            )
        typer.echo("The vector index is built when it is first needed.")


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _told(counts: Mapping[str, int]) -> str:
    told = [(counts[what], what) for what in ("documents", "conversations") if what in counts]
    return ", ".join(f"{count} {what.removesuffix('s') if count == 1 else what}" for count, what in told) or "settings"
