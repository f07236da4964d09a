"""`pilares finetune`: adapters trained on one's own computer."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.errors import clear_errors

app = typer.Typer(help="Train adapters.", no_args_is_help=True)


@app.callback()
def finetune() -> None:
    """Train adapters."""


@app.command()
def lines(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Where the adapter is written; must not exist yet.")],
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Organisations to learn from; default: the shipped ones."),
    ] = None,
    epochs: Annotated[float, typer.Option(min=0.01, help="How often every example is seen.")] = 2.0,
) -> None:
    """Train the adapter that ranks lines, and measure it on organisations it has not seen (half an hour)."""
    with clear_errors():
        from rich.console import Console

        from assistant.errors import InvalidRequest
        from assistant.evaluation.progress import shown
        from assistant.finetuning.recipe import train_lines
        from assistant.settings import load_settings
        from finetune.organisations import ORGANISATIONS

        console = Console(stderr=True)
        if out.exists():
            raise InvalidRequest(f"{out} is there already. Name a folder that is not.")
        with shown("Reading", console) as reading, shown("Training", console) as training:
            card = train_lines(load_settings(), data or ORGANISATIONS, out, epochs, reading, training)
        _print(card, console)


def _print(card: dict[str, Any], console: Any) -> None:
    """The gate's table: base against adapter on what was held out."""
    from rich.table import Table

    table = Table("held-out questions", "base", "adapter", title=f"{card['name']}, {card['examples']} examples")
    for name, base in card["held_out"]["base"].items():
        table.add_row(name, f"{base}", f"{card['held_out']['adapter'][name]}")
    console.print(table)
