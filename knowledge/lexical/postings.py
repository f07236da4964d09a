"""Full-text search in PostgreSQL: a table of which word comes in which chunk how often, ranked by BM25 in one query.

PostgreSQL's own full-text search ranks without the words' frequencies in the corpus, and reads every matching text to
rank it. The formula and its constants are those of FTS5 (https://www.sqlite.org/fts5.html#the_bm25_function), so that
fusion sees the same scores whichever database holds the documents; a test holds both rankings equal.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from knowledge.lexical.index import MOST_COUNTED, Bag, Members, Occurrences
from knowledge.store.batches import batched
from knowledge.store.text import StoredText

metadata = MetaData()

words = Table(
    "words",
    metadata,
    Column("term", StoredText, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # of the chunk
    Column("title", SmallInteger, nullable=False),  # how often it comes in the context
    Column("body", SmallInteger, nullable=False),
    Column("length", SmallInteger, nullable=False),  # of the chunk, in words: it stands here so that ranking joins less
    Index("words_by_chunk", "number"),
)

# Every chunk, also one without a single word: BM25 counts them all.
word_counts = Table(
    "word_counts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("length", Integer, nullable=False),
)

_MOST = 32_767
_AT_ONCE = 100_000
# One statement for many rows, in the order of the key.
_PUT = text(
    "INSERT INTO words (term, number, title, body, length) SELECT * FROM unnest(CAST(:term AS text[]), "
    "CAST(:number AS int[]), CAST(:title AS smallint[]), CAST(:body AS smallint[]), CAST(:length AS smallint[]))"
)
_MATCHES = """
WITH hits AS MATERIALIZED (
    SELECT number, term, :title * title + body AS often, length FROM words WHERE term = ANY(CAST(:match AS text[]))
),
corpus AS (
    SELECT chunks, greatest(words / greatest(chunks, 1), 1) AS mean FROM (
        SELECT CAST(count(*) AS float8) AS chunks, CAST(sum(length) AS float8) AS words FROM word_counts
    ) AS counted
),
weights AS (
    SELECT term, greatest(ln((chunks - count(*) + 0.5) / (count(*) + 0.5)), 1e-6) AS weight
    FROM hits CROSS JOIN corpus GROUP BY term, chunks
)
SELECT number, sum(weight * 2.2 * often / (often + 1.2 * (0.25 + 0.75 * length / mean))) AS score
FROM hits JOIN weights USING (term) CROSS JOIN corpus
GROUP BY number
"""
_RANKED = f"SELECT number, score FROM ({_MATCHES}) AS matching{{inside}} ORDER BY score DESC, number LIMIT :most"
_ANYWHERE = text(_RANKED.format(inside=""))
_INSIDE = text(
    _RANKED.format(
        inside=" WHERE CASE WHEN number BETWEEN :low AND :high THEN get_byte(:mask, number) = 1 ELSE false END"
    )
).bindparams(bindparam("mask", type_=LargeBinary))
_COUNTS = text(
    "SELECT term, (SELECT count(*) FROM (SELECT 1 FROM words WHERE words.term = asked.term "
    f"LIMIT {MOST_COUNTED}) AS found) AS chunks FROM unnest(CAST(:terms AS text[])) AS asked(term)"
)


class Postings:
    """A `LexicalIndex`, `LexicalWriter` and `LexicalCare`; holds nothing itself."""

    def counts(self, connection: Connection, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each of the terms stands."""
        return {row.term: row.chunks for row in connection.execute(_COUNTS, {"terms": list(terms)})} if terms else {}

    def ranked(
        self, connection: Connection, terms: Sequence[str], title_weight: float, most: int, inside: Members | None
    ) -> list[tuple[int, float]]:
        """The best chunks with any of the terms."""
        values = {"title": title_weight, "match": list(terms), "most": most}
        statement = _ANYWHERE
        if inside is not None:
            statement = _INSIDE
            values |= {"low": inside.lowest, "high": inside.highest, "mask": inside.mask}
        return [(row.number, float(row.score)) for row in connection.execute(statement, values)]

    def occurrences(
        self, connection: Connection, terms: Sequence[str], numbers: Sequence[int]
    ) -> dict[int, Occurrences]:
        """Where the terms stand in some chunks."""
        found: dict[int, Occurrences] = {}
        for some in batched(numbers):
            lengths = select(word_counts).where(word_counts.c.number.in_(some))
            found |= {row.number: Occurrences(row.length, {}, {}) for row in connection.execute(lengths)}
            standing = select(words).where(words.c.number.in_(some), words.c.term.in_(terms))
            for row in connection.execute(standing):
                if row.number in found:
                    found[row.number].title[row.term], found[row.number].body[row.term] = row.title, row.body
        return found

    def put(self, connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
        """Add chunks."""
        found: list[tuple[str, int, int, int, int]] = []
        counts: list[dict[str, int]] = []
        for number, title_terms, body_terms in rows:
            title, body = Counter(title_terms.split()), Counter(body_terms.split())
            length = min(title.total() + body.total(), _MOST)
            counts.append({"number": number, "length": length})
            found += [(term, number, min(title[term], _MOST), min(body[term], _MOST), length) for term in title | body]
        for start in range(0, len(found), _AT_ONCE):
            columns = zip(*sorted(found[start : start + _AT_ONCE]), strict=True)
            connection.execute(_PUT, dict(zip(words.columns.keys(), map(_array, columns), strict=True)))
        if counts:
            connection.execute(insert(word_counts), counts)

    def remove(self, connection: Connection, numbers: Sequence[int]) -> None:
        """Take chunks out."""
        for some in batched(numbers):
            for table in (words, word_counts):
                connection.execute(delete(table).where(table.c.number.in_(some)))

    def broken(self, connection: Connection) -> bool:
        """Whether the lengths that BM25 counts with are not those of the words."""
        summed = (
            select(
                words.c.number,
                func.sum(words.c.title + words.c.body).label("length"),
                func.max(words.c.length).label("noted"),
            )
            .group_by(words.c.number)
            .subquery()
        )
        beside = summed.join(word_counts, word_counts.c.number == summed.c.number, full=True)
        wrong = func.coalesce(summed.c.length, 0) != func.coalesce(word_counts.c.length, -1)
        wrong = or_(wrong, summed.c.noted != word_counts.c.length)
        return connection.execute(select(1).select_from(beside).where(wrong).limit(1)).scalar() is not None

    def held(self, connection: Connection, numbers: Iterable[int]) -> dict[int, Bag]:
        """The terms of some chunks."""
        found: dict[int, Bag] = {}
        for some in batched(list(numbers)):
            for number in connection.execute(select(word_counts.c.number).where(word_counts.c.number.in_(some))):
                found[number[0]] = (Counter(), Counter())
            for row in connection.execute(select(words).where(words.c.number.in_(some))):
                title, body = found.setdefault(row.number, (Counter(), Counter()))
                title.update({row.term: row.title} if row.title else {})
                body.update({row.term: row.body} if row.body else {})
        return found

    def numbers(self, connection: Connection) -> set[int]:
        """The chunks it has."""
        return set(connection.execute(select(word_counts.c.number).union(select(words.c.number))).scalars())

    def clear_away(self, connection: Connection) -> None:
        """Count every chunk's words anew, then drop what no chunk has."""
        connection.execute(delete(word_counts))
        summed = select(words.c.number, func.sum(words.c.title + words.c.body)).group_by(words.c.number)
        connection.execute(insert(word_counts).from_select(["number", "length"], summed))
        own = select(word_counts.c.length).where(word_counts.c.number == words.c.number).scalar_subquery()
        connection.execute(update(words).where(words.c.length != own).values(length=own))
        for table in (words, word_counts):
            connection.execute(text(f"DELETE FROM {table.name} WHERE number NOT IN (SELECT number FROM chunks)"))


def _array(values: Sequence[str | int]) -> str:
    """An array as PostgreSQL writes it: building it here takes a tenth of the time that the driver needs."""
    plain = (
        str(each) if str(each).isalnum() else str(each).replace("\\", "\\\\").replace('"', '\\"') for each in values
    )
    return '{"' + '","'.join(plain) + '"}'
