"""`pilares sources`: where documents come from by themselves."""

import tomllib
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors
from assistant.cli.syncing import WAIT, Wait, do, moment, opened, readers

if TYPE_CHECKING:
    from knowledge.sources.config import SourceConfig
    from knowledge.sync.sources import SourceStatus

app = typer.Typer(help="Sources of documents: folders, websites, buckets, and more.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name, as `pilares sources list` shows it.")]
Options = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="KEY=VALUE", help="An option of the kind; values as in TOML, or text."),
]
Groups = Annotated[list[str] | None, typer.Option("--group", help="A group that may read its documents.")]


@app.command("list")
def list_sources() -> None:
    """Every source with its documents, its schedule and its latest job."""
    with clear_errors(), opened() as assistant:
        found = assistant.syncing().sources.list()
        if not found:
            typer.echo("There are no sources yet. Add one with `pilares sources add NAME KIND --option KEY=VALUE`.")
        for status in found:
            typer.echo(_line(status))


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    kind: Annotated[str, typer.Argument(help="folder, website, git, fsspec, feed, imap, sql or bridge.")],
    option: Options = None,
    group: Groups = None,
    every: Annotated[float | None, typer.Option("--every", min=1, help="Minutes between two syncs.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag for its documents.")] = None,
) -> None:
    """Add a source, or change one that was added here. It is kept, and synced by `pilares serve` on its schedule.

    Without --group the kind decides who may read: everyone what is public anyway, nobody what needs credentials.
    A credential is never given here: an option that ends in _env holds the name of the variable that has it.
    """
    with clear_errors():
        config = configured(name, kind, dict(map(_pair, option or [])), group, every, tag)
        with opened() as assistant:
            assistant.syncing().sources.add(config)
            may_read = readers(assistant.syncing(), config) or "nobody yet (see --group)"
        typer.echo(f"{safe(name)} is added; who may read it: {safe(may_read)}.")
        typer.echo(f"Sync it with `pilares sources sync {quote(safe(name))}`.")


@app.command()
def remove(name: Name) -> None:
    """Forget a source that was added here, with its documents."""
    with clear_errors(), opened() as assistant:
        count = assistant.syncing().sources.remove(name)
        assistant.refine()
        typer.echo(f"{safe(name)} is forgotten, with {count} documents.")


@app.command()
def sync(
    name: Name,
    whole: Annotated[bool, typer.Option("--whole", help="Fetch every document, whatever its version.")] = False,
    wait: Wait = WAIT,
) -> None:
    """Take in what is new or changed in a source, and forget what is gone from it. Ctrl+C cancels.

    The exit status is 1 when a document could not be taken in; the others are taken in all the same.
    """
    with clear_errors(), opened() as assistant:
        do(assistant, assistant.syncing().sources.sync(name, whole=whole), wait=wait)


def configured(
    name: str,
    kind: str,
    options: dict[str, Any],
    groups: list[str] | None = None,
    every: float | None = None,
    tags: list[str] | None = None,
) -> "SourceConfig":
    """The configuration that these arguments mean. Raises InvalidRequest."""
    from pydantic import ValidationError

    from assistant.errors import InvalidRequest
    from knowledge.sources.config import SourceConfig

    try:
        return SourceConfig(
            name=name,
            kind=kind,
            options=options,
            groups=tuple(groups) if groups else None,
            every_minutes=every,
            tags=tuple(tags or ()),
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidRequest(f"The source's {where} cannot be used: {first['msg']}. Change it and try again.") from None


def _pair(option: str) -> tuple[str, Any]:
    from assistant.errors import InvalidRequest

    key, equals, value = option.partition("=")
    if not equals or not key:
        raise InvalidRequest(f"--option {option!r} has no value. Write KEY=VALUE, for example path=/srv/documents.")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value


def _line(status: "SourceStatus") -> str:
    config, last = status.config, status.last
    kind = "not configured any more" if config is None else config.kind
    every = "when asked" if config is None or config.every_minutes is None else f"every {config.every_minutes:g} min"
    told = "never synced" if last is None else f"job {last.id} {last.state} {moment(last.finished_at)}".rstrip()
    where = "  (pilares.toml)" if status.fixed else ""
    again = f", next {moment(status.next_at)}" if status.next_at else ""
    error = f"\n    {safe(last.error)}" if last and last.error else ""
    return f"{safe(status.name):<24} {kind:<10} {status.documents:>6} documents  {every}{again}  {told}{where}{error}"
