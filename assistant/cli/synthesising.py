"""`pilares finetune dataset synthesise`: questions made up from the documents, for review."""

from typing import Annotated, Literal

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors


def synthesise(
    documents: Annotated[
        list[str], typer.Option("--documents", metavar="NAME", help="Names or ids; repeatable; default: all.")
    ] = [],  # noqa: B006
    number: Annotated[int, typer.Option("--number", min=1, help="How many rows.")] = 50,
    language: Annotated[Literal["en", "es", "both"], typer.Option(help="The language of the questions.")] = "both",
    group: Annotated[str, typer.Option(help="Only what every member of this group may read.")] = "everyone",
    layout: Annotated[
        Literal["auto", "reader", "whole"],
        typer.Option(help="How prompts are laid out: as for the small model's reader, or all evidence at once."),
    ] = "auto",
) -> None:
    """Have the large model make up questions to the documents; what passes the checks waits for review.

    Ctrl+C stops it; the next call goes on with what was not tried yet.
    """
    with clear_errors():
        from rich.console import Console

        from assistant.app import build_app
        from assistant.evaluation.progress import shown
        from assistant.finetuning.synthesis.making import LANGUAGES
        from assistant.finetuning.synthesis.running import Wanted, synthesise
        from assistant.settings import load_settings

        languages = LANGUAGES if language == "both" else (language,)
        wanted = Wanted(number, tuple(documents), languages, group, layout)
        with build_app(load_settings()) as assistant, shown("Making up", Console(stderr=True)) as progress:
            found = synthesise(assistant, wanted, progress)
        typer.echo(f"{found.taken} rows wait for review{f', {found.held} held by the doctor' if found.held else ''}.")
        for reason, count in found.left_out.most_common():
            typer.echo(f"  {count} not used: {safe(reason)}")
        if found.exhausted:
            typer.echo("Every passage was tried once. Add documents, or name --language to try the other one.")
