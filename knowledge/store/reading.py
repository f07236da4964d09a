"""Asks the store of documents who may read what, also while another process owns it: it is only read."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock

from sqlalchemy import create_engine, event, select
from sqlalchemy.exc import SQLAlchemyError

from knowledge.errors import StoreError
from knowledge.granting import Granting
from knowledge.settings import KnowledgeSettings
from knowledge.store import schema
from knowledge.store.batches import batched
from knowledge.store.opening import DATABASE_FILE, open_database
from knowledge.store.scope import Scope

Readable = Callable[[Collection[str], Iterable[str]], Collection[str]]
"""Of some documents (ids), those that some groups may read now."""


@contextmanager
def readable_beside(folder: Path, settings: KnowledgeSettings) -> Iterator[Readable]:
    """`Library.grants.readable` without a library. Where there are no documents yet, none may be read.

    Raises StoreError.
    """
    if settings.database_url is not None:
        with closing(open_database(folder, settings, owner=False)) as database:
            yield Granting(database, RLock()).readable
    elif (folder / DATABASE_FILE).is_file():
        with _in_file(folder / DATABASE_FILE) as readable:
            yield readable
    else:
        yield lambda documents, groups: frozenset[str]()


@contextmanager
def _in_file(path: Path) -> Iterator[Readable]:
    engine = create_engine(f"sqlite:///{path.absolute().as_uri()}?mode=rw&uri=true")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = ON"))

    def readable(documents: Collection[str], groups: Iterable[str]) -> frozenset[str]:
        scope, found = Scope(frozenset(groups)), set[str]()
        try:
            with engine.connect() as connection:
                for some in batched(sorted(documents)):
                    wanted = select(schema.documents.c.id).where(schema.documents.c.id.in_(some), scope.condition())
                    found.update(connection.execute(wanted).scalars())
        except SQLAlchemyError as error:
            raise StoreError(
                f"The documents in {path} cannot be read: {error.__cause__ or error}. Run `pilares doctor`."
            ) from error
        return frozenset(found)

    try:
        yield readable
    finally:
        engine.dispose()
