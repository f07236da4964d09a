"""Both full-text indexes rank the same documents the same way."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge.lexical.choose import lexical
from knowledge.store import chunks, schema
from knowledge.store.database import Database
from knowledge.store.postgres import PostgresDatabase
from knowledge.store.sqlite import SqliteDatabase

WORDS = [f"w{number}" for number in range(400)]
OFTEN = 1 / np.arange(1, 401)
ODD = ["naïve", "straße", "日本語", "42", "it's", 'quo"te', "back\\slash", "NULL", "a,b", "{x}"]
GROUPS = ["staff"]


def drawn(random: np.random.Generator, count: int) -> str:
    return " ".join(random.choice(WORDS, count, p=OFTEN / OFTEN.sum()))


@pytest.fixture(scope="module")
def texts() -> list[tuple[int, str, str]]:
    """Number, context and text of 300 chunks whose words are as unevenly common as those of a language."""
    random = np.random.default_rng(0)
    return [
        (n, drawn(random, int(random.integers(0, 6))), drawn(random, int(random.integers(1, 150)))) for n in range(300)
    ]


@pytest.fixture
def both(tmp_path: Path, postgres_url: str) -> Iterator[tuple[Database, Database]]:
    sqlite, postgres = SqliteDatabase(tmp_path / "knowledge.db"), PostgresDatabase(postgres_url)
    yield sqlite, postgres
    sqlite.close()
    postgres.close()


def put(database: Database, texts: list[tuple[int, str, str]]) -> None:
    document = {"source": "s", "title": "t", "media_type": "m", "state": "ready", "bytes": 1, "characters": 1}
    document |= {"sha256": "x", "reader": 1, "version": 1, "added_at": 0.0, "updated_at": 0.0}
    chunk = {"position": 0, "start": 0, "end": 1, "heading": "[]", "tokens": 1, "text": "x", "content_hash": "h"}
    with database.write() as connection:
        connection.execute(schema.documents.insert(), [{**document, "id": each, "name": each} for each in ("a", "b")])
        connection.execute(schema.grants.insert(), [{"document_id": "a", "group_name": "staff"}])
        rows = [
            {**chunk, "number": n, "id": f"c{n}", "document_id": "b" if n % 3 == 0 and n else "a"} for n, _, _ in texts
        ]
        connection.execute(schema.chunks.insert(), rows)
        lexical(connection).put(connection, texts)


def ranked(database: Database, terms: list[str], limit: int = 10, title: float = 1.0) -> list[tuple[str, float]]:
    with database.read() as connection:
        return chunks.search_words(connection, terms, GROUPS, limit, title)


def test_the_same_ten_come_first_with_the_same_scores(
    both: tuple[Database, Database], texts: list[tuple[int, str, str]]
) -> None:
    for database in both:
        put(database, texts)
    random = np.random.default_rng(1)
    for title in (1.0, 2.5):
        for _ in range(30):
            terms = list(random.choice(WORDS, int(random.integers(1, 9)), replace=False))
            expected, found = (ranked(database, terms, title=title) for database in both)
            assert [chunk_id for chunk_id, _ in found] == [chunk_id for chunk_id, _ in expected]
            np.testing.assert_allclose([s for _, s in found], [s for _, s in expected], rtol=1e-9)


def test_and_still_after_removals(both: tuple[Database, Database], texts: list[tuple[int, str, str]]) -> None:
    for database in both:
        put(database, texts)
        with database.write() as connection:
            lexical(connection).remove(connection, [*range(0, 300, 2), 9_999])
    expected, found = (ranked(database, ["w3", "w40", "w77"]) for database in both)
    assert expected
    assert [chunk_id for chunk_id, _ in found] == [chunk_id for chunk_id, _ in expected]
    np.testing.assert_allclose([s for _, s in found], [s for _, s in expected], rtol=1e-9)


def test_words_of_every_kind_are_kept_and_found(both: tuple[Database, Database]) -> None:
    for database in both:
        put(database, [(1, "", " ".join(ODD)), (2, "title title", ""), (4, "", "")])
        with database.read() as connection:
            index = lexical(connection)
            assert index.numbers(connection) == {1, 2, 4}
            held = index.held(connection, [1, 2, 3, 4])
        assert held == {1: (Counter(), Counter(ODD)), 2: (Counter(title=2), Counter()), 4: (Counter(), Counter())}
        for word in ODD:
            assert [chunk_id for chunk_id, _ in ranked(database, [word])] == ["c1"], word


def test_what_contradicts_itself_is_noticed_and_mended(both: tuple[Database, Database]) -> None:
    damages = ("DELETE FROM words_data WHERE id > 10", "UPDATE word_counts SET length = length + 1 WHERE number = 1")
    for database, damage in zip(both, damages, strict=True):
        put(database, [(1, "one", "two three"), (2, "", "three")])
        with database.write() as connection:
            index = lexical(connection)
            index.put(connection, [(77, "", "of no chunk")])
            assert not index.broken(connection)
            connection.exec_driver_sql(damage)
            assert index.broken(connection)
            index.clear_away(connection)
            assert not index.broken(connection)
            assert index.numbers(connection) == {1, 2}
        assert [chunk_id for chunk_id, _ in ranked(database, ["three"])] == ["c2", "c1"]
