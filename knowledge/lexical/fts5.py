"""Full-text search in SQLite: its own FTS5 table, whose row numbers are those of the chunks."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import DBAPIError

from knowledge.lexical.index import Bag
from knowledge.store.batches import batched

DDL = "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(title, body, tokenize='unicode61 remove_diacritics 2')"

# What FTS5 keeps, read from its own table: the virtual one cannot be read when its index is damaged
# (https://www.sqlite.org/fts5.html#the_fts5_content_table).
_HELD = text("SELECT id, c0, c1 FROM words_content WHERE id IN :numbers").bindparams(
    bindparam("numbers", expanding=True)
)


class Fts5:
    """A `LexicalIndex` that is also a `LexicalCare`; holds nothing itself."""

    matches = "SELECT rowid AS number, -bm25(words, :title, 1.0) AS score FROM words WHERE words MATCH :match"

    def asked(self, terms: Sequence[str]) -> str:
        """A query of quoted words, any of which may match."""
        return " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)

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
            for row in connection.execute(_HELD, {"numbers": list(some)}):
                found[row.id] = (Counter((row.c0 or "").split()), Counter((row.c1 or "").split()))
        return found

    def numbers(self, connection: Connection) -> set[int]:
        """The chunks it has."""
        return set(connection.exec_driver_sql("SELECT id FROM words_content").scalars())

    def clear_away(self, connection: Connection) -> None:
        """Build the index from FTS5's own copy of the words, then drop what no chunk has."""
        connection.exec_driver_sql("INSERT INTO words(words) VALUES ('rebuild')")
        connection.exec_driver_sql("DELETE FROM words WHERE rowid NOT IN (SELECT number FROM chunks)")
