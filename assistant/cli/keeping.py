"""`pilares backup`: the home folder in one file."""

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
        from assistant.backup.write import write
        from assistant.settings import load_settings

        made = write(load_settings().home, file, force=force)
        typer.echo(f"{file}: {_told(made.counts)}, {file.stat().st_size / 1e6:,.1f} MB.")
        if "pilares.toml" in made.members:
            typer.echo("It holds pilares.toml with whatever keys stand there: keep it as private as the home folder.")


def _told(counts: Mapping[str, int]) -> str:
    told = [(counts[what], what) for what in ("documents", "conversations") if what in counts]
    return ", ".join(f"{count} {what.removesuffix('s') if count == 1 else what}" for count, what in told) or "settings"
