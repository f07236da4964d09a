"""`pilares users export|delete` and `pilares retention`: what is kept of people, and how long."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from assistant.cli.accounts import ACTOR
from assistant.cli.asking import safe
from assistant.cli.errors import BAD_INPUT, FAILED, clear_errors

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import IO

    from assistant.personal.subject import Places, Subject

retention_app = typer.Typer(help="How long things are kept ([retention] in pilares.toml): run.", no_args_is_help=True)
Who = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="Name of the account; or the id of somebody without one: telegram:person/42, visitor:KEY:SUBJECT, local.",
    ),
]


def export(
    name: Who,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Take out everything that is kept of somebody, as a ZIP of JSON files; a server may be running meanwhile."""
    with clear_errors(), _places() as places:
        from assistant.personal.export import write_export
        from assistant.security.audit import Audit

        subject = _known(places, name)
        with _new_file(file, force=force) as target:
            counts = write_export(target, places, subject)
        Audit(places.database, places.now).note(ACTOR, "user.export", subject.name)
        typer.echo(f"{file}: {_counted(counts)}.")


def delete(
    name: Who, yes: Annotated[bool, typer.Option("--yes", help="Yes, for good: this cannot be undone.")] = False
) -> None:
    """Delete somebody's account and everything that is kept of them; a server may be running meanwhile."""
    with clear_errors(), _places() as places:
        from assistant.personal.erasure import erase_person

        subject = _known(places, name)
        if not yes:
            typer.echo(
                f"This deletes everything that is kept of {safe(subject.name)}, for good. `pilares users export` takes "
                "it out before. Say --yes to delete it.",
                err=True,
            )
            raise typer.Exit(BAD_INPUT)
        told = erase_person(places, subject, ACTOR)
        typer.echo(f"Deleted: {_counted(told.gone)}.")
        if told.kept:
            typer.echo(f"Stays, with {told.pseudonym} in the place of the name: {_counted(told.kept)}.")
        _warn_of_adapters(places)
        if told.waits:
            typer.echo(
                f"Not deleted yet: {safe(told.waits)} Give the same command again, or start the server.", err=True
            )
            raise typer.Exit(FAILED)


@retention_app.command("run")
def run_retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
) -> None:
    """Delete what is older than [retention] in pilares.toml says; the server does it once a day."""
    with clear_errors(), _places() as places:
        from assistant.personal.erasure import resume
        from assistant.personal.retention import tidy

        if not dry_run:
            resume(places)
        told = tidy(places, dry_run=dry_run)
        typer.echo(f"{'Would be deleted' if dry_run else 'Deleted'}: {_counted(told.counts)}.")
        if told.kept:
            typer.echo(f"{told.kept} conversations are as old, and stay until what goes on in them is done.")


@contextmanager
def _places() -> "Iterator[Places]":
    """Where everything is; whoever may read the home folder may see to it."""
    from assistant.finetuning.withdrawing import Withdrawals
    from assistant.personal.subject import Places, groups_on_platform
    from assistant.security.accounts import Accounts
    from assistant.security.person import EVERYONE
    from assistant.settings import load_settings
    from assistant.storage.conversations import Conversations
    from knowledge.store.reading import readable_beside

    settings = load_settings()
    with readable_beside(settings.knowledge_folder, settings.knowledge) as readable:

        def permitted(user: str, documents: "Collection[str]") -> "Collection[str]":
            nobody = frozenset[str]() if settings.needs_accounts else frozenset({EVERYONE})
            return readable(documents, accounts.groups_of(user) or groups_on_platform(settings, user) or nobody)

        deleted = Withdrawals(settings.home).conversation
        with Conversations.open(
            settings.conversations_url, recover=False, permitted=permitted, deleted=deleted
        ) as conversations:
            accounts = Accounts(conversations.database)
            yield Places(settings, conversations)


def _known(places: "Places", name: str) -> "Subject":
    """Whom a name means. Raises NotFound, also for an id under which nothing is kept."""
    from assistant.errors import NotFound
    from assistant.personal.stores import STORES
    from assistant.personal.subject import subject_of

    subject = subject_of(places.database, name)
    if not subject.is_account and not any(next(store.rows(places, subject), None) for store in STORES):
        raise NotFound(f"Nothing is kept of {name[:128]!r}. Ids are those that hand-offs and conversations have.")
    return subject


@contextmanager
def _new_file(file: Path, *, force: bool) -> "Iterator[IO[bytes]]":
    """A file that is whole, or not there; readable by its owner only. Raises InvalidRequest and StorageError."""
    from assistant.errors import InvalidRequest, StorageError

    if file.exists() and not force:
        raise InvalidRequest(f"{file} exists already. Name another file, or replace it with --force.")
    part = file.with_name(f".{file.name}.{uuid4().hex[:8]}")
    try:
        opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(opened, "wb") as target:
                yield target
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{file} cannot be written ({error.strerror}). Name another file.") from error


def _counted(counts: Mapping[str, int]) -> str:
    told = [f"{count} {kind.replace('_', ' ')}" for kind, count in counts.items() if count]
    return ", ".join(told) or "nothing"


def _warn_of_adapters(places: "Places") -> None:
    """Name the adapters that were trained on rows which are withdrawn now."""
    from finetune.registry.marks import withdrawn

    for version, rows in sorted(withdrawn(places.settings.adapters_folder).items()):
        typer.echo(f"{safe(version)} was trained on {rows} rows that are withdrawn: train it again.")
