"""Carries what one database holds into another, of whatever kind either is."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, MetaData, Table, delete, func, insert, inspect, select

from knowledge.lexical.choose import lexical
from knowledge.store import schema
from knowledge.store.batches import batched
from knowledge.store.database import STORE_ID, fact, set_fact

_AT_ONCE = 200
_LEFT_OUT = ("vector_folder", STORE_ID)  # facts about where the vector index is
_UNINDEXED = schema.unindexed.name


def copy_store(source: Connection, target: Connection) -> None:
    """Make documents, passages, vectors, words and grants of `target` those of `source`.

    The vector index is not carried along: it is built anew where `target` has its own.
    """
    own = fact(target, STORE_ID)
    empty_store(target)
    copy_tables(schema.metadata, source, target, without={_UNINDEXED})
    target.execute(delete(schema.facts).where(schema.facts.c.key.in_(_LEFT_OUT)))
    if own is not None:
        set_fact(target, STORE_ID, own)
    _copy_words(source, target)


def empty_store(target: Connection) -> None:
    """Take everything out of a store but its version."""
    words = lexical(target)
    words.remove(target, sorted(words.numbers(target)))
    empty_tables(schema.metadata, target, without={schema.facts.name})
    kept = ("schema_version", STORE_ID)
    target.execute(delete(schema.facts).where(schema.facts.c.key.not_in(kept)))


def copy_tables(metadata: MetaData, source: Connection, target: Connection, *, without: Collection[str] = ()) -> None:
    """Replace the rows of the tables; columns and tables that `source`, of an older version, lacks are left out."""
    empty_tables(metadata, target, without=without)
    there = inspect(source)
    for table in metadata.sorted_tables:
        if table.name in without or not there.has_table(table.name):
            continue
        names = {column["name"] for column in there.get_columns(table.name)}
        for rows in _batches(source, table, names):
            target.execute(insert(table), rows)
        _go_on_counting(target, table)


def empty_tables(metadata: MetaData, target: Connection, *, without: Collection[str] = ()) -> None:
    """Remove every row of the tables."""
    for table in reversed(metadata.sorted_tables):
        if table.name not in without:
            target.execute(delete(table))


def _batches(source: Connection, table: Table, names: Collection[str]) -> Iterator[list[dict[str, Any]]]:
    columns = [column for column in table.columns if column.name in names]
    rows = iter(source.execute(select(*columns).execution_options(yield_per=_AT_ONCE)))
    while some := list(islice(rows, _AT_ONCE)):
        yield [dict(row._mapping) for row in some]


def _go_on_counting(target: Connection, table: Table) -> None:
    """PostgreSQL numbers rows by a sequence, which knows nothing of numbers that were brought along."""
    column = table.autoincrement_column
    if column is None or target.dialect.name != "postgresql":
        return
    sequence = target.execute(select(func.pg_get_serial_sequence(table.name, column.name))).scalar()
    if sequence is not None:
        highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
        target.execute(select(func.setval(sequence, highest, False)))


def _copy_words(source: Connection, target: Connection) -> None:
    held, put = lexical(source), lexical(target)
    for numbers in batched(sorted(held.numbers(source))):
        bags = held.held(source, numbers)
        put.put(
            target,
            [(number, " ".join(title.elements()), " ".join(body.elements())) for number, (title, body) in bags.items()],
        )
