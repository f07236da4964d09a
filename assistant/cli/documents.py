"""`pilares ingest` and `pilares documents`: what the assistant answers from."""

from collections.abc import Mapping, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import FAILED, clear_errors
from assistant.cli.filtering import Since, Sources, Tags, Types, Until, Written, chosen
from assistant.cli.syncing import do
from assistant.cli.taking_in import take_in

if TYPE_CHECKING:
    from assistant.app import Assistant
    from knowledge.care import Verification
    from knowledge.document import Document
    from knowledge.ingest.report import IngestReport

app = typer.Typer(help="The documents answers are found in: list, show, delete, check, repair.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name or id, as `pilares documents list` shows them.")]


def ingest(
    paths: Annotated[
        list[str], typer.Argument(help="Files, folders, or addresses (https, s3, git, ...).", metavar="PATH_OR_URL...")
    ],
    forget_gone: Annotated[
        bool, typer.Option("--forget-gone", help="Believe a folder that has lost most of its documents at once.")
    ] = False,
) -> None:
    """Add documents, or take in what changed: unchanged files are skipped, removed ones are forgotten.

    An address becomes a source, which is synced once. Its kind decides who may read it: everyone what is public
    anyway, nobody what needs credentials; `pilares sources add` can say it. The exit status is 1 when a document
    could not be read; the others are added all the same.
    """
    from assistant.cli.addresses import ask_for, is_address

    files = [Path(path) for path in paths if not is_address(path)]
    failed = False
    with clear_errors(), _assistant() as assistant:
        if files:
            report = take_in(assistant, files, forget_gone=forget_gone)
            _print_report(report)
            failed = bool(report.failed)
        for address in filter(is_address, paths):
            do(assistant, ask_for(assistant, address), wait=True)
        if failed:
            raise typer.Exit(FAILED)


@app.command("list")
def list_documents(
    source: Sources = None,
    type: Types = None,
    tag: Tags = None,
    written_in: Written = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Every document with its language, number of passages and state."""
    with clear_errors(), _assistant() as assistant:
        limits = chosen(source, type, tag, written_in, since, until)
        documents = assistant.library.documents(filter=limits)
        if not documents and limits:
            typer.echo("No document fits. `pilares documents list` without options shows all.")
        elif not documents:
            typer.echo("There are no documents yet. Add some with `pilares ingest PATH`.")
        names = {each.id: each.name for each in (assistant.library.documents() if limits else documents)}
        for document in documents:
            note = "".join(f"  {each}" for each in _notes(document, names))
            language = document.language or "-"
            typer.echo(
                f"{safe(document.name):<48} {language:<3} {document.chunks:>4} passages  {document.state}{safe(note)}"
            )


@app.command()
def show(name: Name) -> None:
    """What is known about a document, and its text as answers quote it."""
    with clear_errors(), _assistant() as assistant:
        document = assistant.library.document(name)
        typer.secho(
            f"{safe(document.title)}  ({safe(document.name)}, {document.media_type}, version {document.version})",
            bold=True,
        )
        typer.echo(safe(assistant.library.text(document.id)))


@app.command("tag")
def tag_document(
    name: Name,
    tags: Annotated[list[str] | None, typer.Argument(help="Its tags; none takes all away.", metavar="[TAG]...")] = None,
) -> None:
    """Replace the tags of a document; questions can be limited to a tag."""
    with clear_errors(), _assistant() as assistant:
        found = assistant.library.set_tags(name, tags or ())
        typer.echo(f"{safe(found.name)}: {safe(', '.join(found.tags)) or 'no tags'}")


@app.command()
def delete(name: Name) -> None:
    """Forget a document: its text, words and vectors."""
    with clear_errors(), _assistant() as assistant:
        gone = assistant.library.delete(name)
        assistant.withdrawals.document(gone.id)
        assistant.refine()
        typer.echo(f"{safe(gone.name)} is forgotten.")


@app.command()
def pin(name: Name) -> None:
    """Have a document rank higher wherever it is relevant."""
    with clear_errors(), _assistant() as assistant:
        typer.echo(f"{safe(assistant.library.set_pinned(name).name)} is pinned.")


@app.command()
def unpin(name: Name) -> None:
    """Rank a document like any other again."""
    with clear_errors(), _assistant() as assistant:
        typer.echo(f"{safe(assistant.library.set_pinned(name, False).name)} is pinned no more.")


@app.command()
def hide(name: Name) -> None:
    """Take a document out of every search without forgetting it; this list still shows it."""
    with clear_errors(), _assistant() as assistant:
        typer.echo(f"{safe(assistant.library.set_hidden(name).name)} is hidden: no search finds it.")


@app.command()
def unhide(name: Name) -> None:
    """Let a hidden document be found again."""
    with clear_errors(), _assistant() as assistant:
        typer.echo(f"{safe(assistant.library.set_hidden(name, False).name)} is found again.")


@app.command()
def verify(
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write counts and findings to a file.")
    ] = None,
) -> None:
    """Check texts, words, vectors and indexes against each other; the exit status is 1 when something does not fit."""
    with clear_errors():
        from dataclasses import asdict

        from assistant.evaluation.report import check_writable, write_json

        if json:
            check_writable(json)
        with _assistant() as assistant:
            found = assistant.library.verify(assistant.models.embedder_id())
        if json:
            write_json(json, {"sound": found.sound, **asdict(found)})
        _print_verification(found)
        if not found.sound:
            raise typer.Exit(FAILED)


@app.command()
def reindex() -> None:
    """Cut every document again and compute all vectors anew, for example with another embedder."""
    with clear_errors(), _assistant() as assistant:
        stats = assistant.library.reindex()
        typer.echo(f"{stats.documents} documents, {stats.chunks} passages, {stats.vectors} vectors.")


@app.command()
def compact() -> None:
    """Give back the disk space of what was deleted."""
    with clear_errors(), _assistant() as assistant:
        assistant.library.compact()
        assistant.refine()
        typer.echo("Done.")


def _notes(document: "Document", names: Mapping[str, str]) -> list[str]:
    """What is to be said of a document beside its state; `names` are those of all documents, by id."""
    told = {
        "pinned": document.pinned,
        "hidden": document.hidden,
        f"superseded by {names.get(document.superseded_by or '')}": document.superseded_by,
        f"{document.scans} scanned pages left out: there is no text recognition (`pip install 'pilares[ocr]'`)": (
            document.scans and not document.error
        ),
        document.error or "": document.error,
        f"nearly the same as {names.get(document.duplicate_of or '')}": document.duplicate_of,
    }
    return [words for words, holds in told.items() if holds]


def _assistant() -> "Assistant":
    from assistant.app import build_app
    from assistant.settings import load_settings

    return build_app(load_settings())


def _print_verification(found: "Verification") -> None:
    waiting = f", {found.pending} waiting" if found.pending else ""
    indexed = "built when first needed" if found.indexed is None else f"{found.indexed} entries"
    behind = f", {found.unindexed} documents behind" if found.unindexed else ""
    typer.echo(f"{found.documents} documents, {found.chunks} passages, {found.words} with words, ", nl=False)
    typer.echo(f"{found.vectors} with vectors{waiting}; vector index: {indexed}{behind}.")
    for finding in found.findings:
        typer.echo(f"  {safe(finding.message)}")
    if found.sound:
        typer.echo("Everything fits.")


def _print_report(report: "IngestReport") -> None:
    counts: dict[str, Sized] = {
        "added": report.added, "updated": report.updated, "unchanged": report.unchanged,
        "removed": report.removed, "failed": report.failed, "not readable as documents": report.skipped,
    }  # fmt: skip
    told = ", ".join(f"{len(names)} {what}" for what, names in counts.items() if names)
    typer.echo(f"{told or 'nothing to do'} in {report.seconds:.1f} s.")
    for failure in report.failed:
        typer.echo(f"  {safe(failure.document)}: {safe(failure.reason)}", err=True)
