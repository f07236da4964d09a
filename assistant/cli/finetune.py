"""`pilares finetune`: adapters trained on one's own computer."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from assistant.cli import adapters, datasets, gating, training
from assistant.cli.errors import clear_errors

app = typer.Typer(help="Train adapters, look after what they learn from, and say which serve.", no_args_is_help=True)
app.add_typer(datasets.app, name="dataset")
adapters.add_to(app)
training.add_to(app)
gating.add_to(app)


@app.callback()
def finetune() -> None:
    """Train adapters, and say which of them serve."""


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


@app.command()
def grounded(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Where the adapter is written; must not exist yet.")],
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Organisations to learn from; default: the shipped ones."),
    ] = None,
    sets: Annotated[
        list[Path],
        typer.Option("--sets", metavar="DIR", help="Questions in the form of `pilares evaluate answers`; repeatable."),
    ] = [],  # noqa: B006 - typer copies it
    claims: Annotated[
        list[Path],
        typer.Option("--claims", metavar="FILE", help="JSONL of {id, claim, context, supported}; repeatable."),
    ] = [],  # noqa: B006
    epochs: Annotated[float, typer.Option(min=0.001, help="How often every example is seen.")] = 1.0,
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        typer.Option(help="Where to train; days for the shipped data on a processor."),
    ] = "auto",
) -> None:
    """Train the adapter with which the small model reads documents, and measure it on organisations it has not seen.

    Of sets and claims only the tune half is used.
    """
    with clear_errors():
        from rich.console import Console

        from assistant.errors import InvalidRequest
        from assistant.evaluation.progress import shown
        from assistant.finetuning.grounded import Sources, train_grounded
        from assistant.settings import load_settings
        from finetune.grounded.training import GroundedTraining
        from finetune.organisations import ORGANISATIONS

        console = Console(stderr=True)
        if out.exists():
            raise InvalidRequest(f"{out} is there already. Name a folder that is not.")
        sources = Sources(data or ORGANISATIONS, tuple(sets), tuple(claims))
        how = GroundedTraining(epochs=epochs)
        card = train_grounded(load_settings(), sources, out, how, device, lambda label: shown(label, console))
        _print_reading(card, console)


def _print(card: dict[str, Any], console: Any) -> None:
    """The gate's table: base against adapter on what was held out."""
    from rich.table import Table

    table = Table("held-out questions", "base", "adapter", title=f"{card['name']}, {card['examples']} examples")
    for name, base in card["held_out"]["base"].items():
        table.add_row(name, f"{base}", f"{card['held_out']['adapter'][name]}")
    console.print(table)


def _print_reading(card: dict[str, Any], console: Any) -> None:
    """What the reader made of what was held out, overall and by language."""
    from rich.table import Table

    held_out, count = card["held_out"], sum(card["examples"].values())
    table = Table("held-out questions", *held_out, title=f"{card['name']}, {count} examples")
    for name in held_out["all"]:
        table.add_row(name, *(str(each.get(name, "")) for each in held_out.values()))
    console.print(table)
