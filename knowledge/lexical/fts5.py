"""Full-text search in SQLite: its own FTS5 table, whose row numbers are those of the chunks."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import DBAPIError

from knowledge.lexical.index import MOST_COUNTED, MOST_RANKED, Bag, Members, Occurrences
from knowledge.store.batches import batched

DDL = "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(title, body, tokenize='unicode61 remove_diacritics 2')"

# What FTS5 keeps, read from its own table: the virtual one cannot be read when its index is damaged
# (https://www.sqlite.org/fts5.html#the_fts5_content_table).
_HELD = text("SELECT id, c0, c1 FROM words_content WHERE id IN :numbers").bindparams(
    bindparam("numbers", expanding=True)
)
_COUNT = text(f"SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH :match LIMIT {MOST_COUNTED})")
_RANKED = (
    "SELECT number, score FROM (SELECT rowid AS number, -bm25(words, :title, 1.0) AS score FROM words "
    f"WHERE words MATCH :match{{inside}} LIMIT {MOST_RANKED}) ORDER BY score DESC, number LIMIT :most"
)
_ANYWHERE = text(_RANKED.format(inside=""))
_INSIDE = text(_RANKED.format(inside=" AND rowid BETWEEN :low AND :high AND substr(:mask, rowid + 1, 1) = x'01'"))


class Fts5:
    """A `LexicalIndex`, `LexicalWriter` and `LexicalCare`; holds nothing itself."""

    def counts(self, connection: Connection, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each of the terms stands."""
        return {term: int(connection.execute(_COUNT, {"match": _any_of([term])}).scalar() or 0) for term in terms}

    def ranked(
        self, connection: Connection, terms: Sequence[str], title_weight: float, most: int, inside: Members | None
    ) -> list[tuple[int, float]]:
        """The best of the first `MOST_RANKED` chunks with any of the terms: scoring one costs some microseconds."""
        values = {"title": title_weight, "match": _any_of(terms), "most": most}
        statement = _ANYWHERE
        if inside is not None:
            statement = _INSIDE
            values |= {"low": inside.lowest, "high": inside.highest, "mask": inside.mask}
        return [(row.number, float(row.score)) for row in connection.execute(statement, values).all()]

    def occurrences(
        self, connection: Connection, terms: Sequence[str], numbers: Sequence[int]
    ) -> dict[int, Occurrences]:
        """Where the terms stand in some chunks."""
        found = {}
        for some in batched(numbers):
            for row in connection.execute(_HELD, {"numbers": list(some)}).all():
                title, body = (row.c0 or "").split(), (row.c1 or "").split()
                counted = ({term: part.count(term) for term in terms} for part in (title, body))
                found[row.id] = Occurrences(len(title) + len(body), *counted)
        return found

    def put(self, connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
        """Add chunks."""
        if rows:
            connection.exec_driver_sql("INSERT INTO words(rowid, title, body) VALUES (?, ?, ?)", list(rows))

    def remove(self, connection: Connection, numbers: Sequence[int]) -> None:
        """Take chunks out."""
        if numbers:
            connection.exec_driver_sql("DELETE FROM words WHERE rowid = ?", [(each,) for each in numbers])

    def broken(self, connection: Connection) -> bool:
        """FTS5 checks its index against its own copy of the words; the command is an INSERT."""
        try:
            connection.exec_driver_sql("INSERT INTO words(words) VALUES ('integrity-check')")
        except DBAPIError as error:
            if "malformed" not in str(error):
                raise
            return True
        return False

    def held(self, connection: Connection, numbers: Iterable[int]) -> dict[int, Bag]:
        """The terms of some chunks."""
        found: dict[int, Bag] = {}
        for some in batched(list(numbers)):
            for row in connection.execute(_HELD, {"numbers": list(some)}).all():
                found[row.id] = (Counter((row.c0 or "").split()), Counter((row.c1 or "").split()))
        return found

    def numbers(self, connection: Connection) -> set[int]:
        """The chunks it has."""
        return set(connection.exec_driver_sql("SELECT id FROM words_content").scalars())

    def clear_away(self, connection: Connection) -> None:
        """Build the index from FTS5's own copy of the words, then drop what no chunk has."""
        connection.exec_driver_sql("INSERT INTO words(words) VALUES ('rebuild')")
        connection.exec_driver_sql("DELETE FROM words WHERE rowid NOT IN (SELECT number FROM chunks)")


def _any_of(terms: Sequence[str]) -> str:
    """A query of quoted words, any of which may match."""
    return " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
