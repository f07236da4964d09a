import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge.sources.config import SourceConfig
from knowledge.sources.kinds import audience_of, open_source
from knowledge.sources.limits import SourceLimits
from knowledge.sources.source import Entry, Gap, Source
from knowledge.sources.statement import check_statement
from knowledge.testing.source import Opened, Place, SourceConformance, listed, refusal

QUERY = "SELECT id, title, body FROM articles ORDER BY id"


class Table(Opened):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.path = folder / "handbook.db"
        self.run("CREATE TABLE articles (id TEXT, title TEXT, body TEXT, link TEXT, changed TEXT, who TEXT)")

    def run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(self.path)
        with connection:
            rows = connection.execute(statement, values).fetchall()
        connection.close()
        return rows

    def open(self, address: str | None = None, limits: SourceLimits | None = None, **options: object) -> Source:
        told = {"url_env": "DB", "query": QUERY, "id": "id", "title": "title", "text": "body", **options}
        config = SourceConfig(name="handbook", kind="sql", options={key: each for key, each in told.items() if each})
        return self.keep(open_source(config, limits or SourceLimits(), {"DB": address or f"sqlite:///{self.path}"}))

    def put(self, name: str, text: str) -> None:
        self.run("DELETE FROM articles WHERE id = ?", name)
        self.run("INSERT INTO articles (id, title, body) VALUES (?, ?, ?)", name, f"On {name}", text)

    def remove(self, name: str) -> None:
        self.run("DELETE FROM articles WHERE id = ?", name)

    def go_down(self) -> None:
        self.path.rename(self.path.with_name("elsewhere.db"))


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    table = Table(tmp_path)
    yield table
    table.close()


class TestSql(SourceConformance):
    has_endings = False

    @pytest.fixture
    def place(self, table: Table) -> Place:
        return table


def _one(source: Source) -> tuple[Entry, str]:
    (entry,) = listed(source).values()
    return entry, source.fetch(entry).decode()


def test_a_row_is_a_document(table: Table) -> None:
    table.run("INSERT INTO articles VALUES (17, 'On  leave', 'Text.', 'https://x.test/17', '2026-02-03', 'hr, board')")
    query = "SELECT * FROM articles"
    entry, text = _one(table.open(query=query, url="link", modified="changed", groups="who"))
    assert (entry.name, entry.url, entry.groups) == ("17.md", "https://x.test/17", frozenset({"hr", "board"}))
    assert entry.modified is not None
    assert entry.modified.isoformat() == "2026-02-03T00:00:00+00:00"
    assert text == "# On leave\n\nText."


def test_without_a_text_column_every_column_is_a_line(table: Table) -> None:
    table.run("INSERT INTO articles (id, title, body) VALUES (1, 'Leave', 'two\nlines')")
    assert _one(table.open(text=None))[1] == "# Leave\n\n- id: 1\n- body: two lines"


@pytest.mark.parametrize(
    ("value", "groups"),
    [(None, set()), ("", set()), ("hr", {"hr"}), ('["hr", "board"]', {"hr", "board"}), ("[broken", set())],
)
def test_a_row_that_names_no_groups_is_for_nobody(table: Table, value: str | None, groups: set[str]) -> None:
    table.run("INSERT INTO articles (id, body, who) VALUES (1, 'words', ?)", value)
    entry, _ = _one(table.open(query="SELECT * FROM articles", groups="who"))
    assert entry.groups == groups


def test_addresses_that_are_not_of_the_web_are_left_out(table: Table) -> None:
    table.run("INSERT INTO articles (id, body, link) VALUES (1, 'words', 'javascript:alert(1)')")
    assert _one(table.open(query="SELECT * FROM articles", url="link"))[0].url is None


def test_ids_must_tell_rows_apart(table: Table) -> None:
    table.put("1", "words")
    for query, why in (
        ("SELECT 1 AS id, body, title FROM articles UNION ALL SELECT 1, 'b', 't'", "twice"),
        ("SELECT NULL AS id, body, title FROM articles", "empty"),
        ("SELECT body, title FROM articles", "no column 'id'"),
    ):
        assert why in str(refusal(lambda query=query: listed(table.open(query=query))))  # type: ignore[misc]


def test_rows_and_bytes_are_bounded(table: Table) -> None:
    for number in range(5):
        table.put(str(number), "words " * 100)
    found = list(table.open(max_rows=3).entries())
    assert [isinstance(each, Gap) for each in found] == [False, False, False, True]
    assert "more than 1,000 bytes" in str(
        refusal(lambda: listed(table.open(limits=SourceLimits(max_listing_bytes=1000))))
    )


def test_the_transaction_only_reads(table: Table) -> None:
    """Also where a statement gets past the first check."""
    table.put("1", "words")
    source = table.open()
    source._options = source._options.model_copy(update={"query": "DELETE FROM articles RETURNING id, title, body"})  # type: ignore[attr-defined]
    assert "readonly" in str(refusal(lambda: listed(source)))
    assert table.run("SELECT count(*) FROM articles") == [(1,)]


@pytest.mark.parametrize("url", ["sqlite:///{missing}", "nonsense", "postgresql+nodriver://u:swordfish@h/d"])
def test_a_database_that_cannot_be_read(table: Table, tmp_path: Path, url: str) -> None:
    error = str(refusal(lambda: listed(table.open(url.format(missing=tmp_path / "missing.db")))))
    assert "cannot be read" in error
    assert "swordfish" not in error
    assert not (tmp_path / "missing.db").exists()


def test_a_password_is_not_told(table: Table) -> None:
    pytest.importorskip("psycopg")
    source = table.open("postgresql+psycopg://ana:swordfish@127.0.0.1:1/handbook")
    assert "swordfish" not in str(refusal(lambda: listed(source))) + repr(source)


@pytest.fixture(scope="module")
def postgres() -> Iterator[tuple[Callable[[str], Any], str]]:
    """A real server: what to do there, and its address."""
    servers = pytest.importorskip("knowledge.testing.servers")
    try:
        with servers.postgres() as server:
            yield (lambda statement: servers.execute(server, statement)), servers.url_of(server)
    except servers.ServerNotInstalled as error:
        pytest.skip(str(error))


def test_postgresql_sends_rows_and_takes_no_changes(table: Table, postgres: tuple[Callable[[str], Any], str]) -> None:
    execute, address = postgres
    execute("CREATE TABLE a (id int, title text, body text, who text[], changed timestamptz)")
    execute("INSERT INTO a SELECT n, 'T'||n, 'at 10:30', ARRAY['hr'], now() FROM generate_series(1, 1200) n")
    execute("CREATE FUNCTION clear() RETURNS int LANGUAGE sql AS 'DELETE FROM a RETURNING id'")
    source = table.open(address, query="SELECT * FROM a ORDER BY id", groups="who", modified="changed")
    entries = listed(source)
    assert len(entries) == 1200
    assert (entries["7.md"].groups, source.fetch(entries["7.md"])) == (frozenset({"hr"}), b"# T7\n\nat 10:30")
    cast = table.open(address, query="SELECT id::text AS id FROM a WHERE title LIKE 'T%0'", title=None, text=None)
    assert len(listed(cast)) == 120
    writing = table.open(address, query="SELECT clear() AS id", title=None, text=None)
    assert "read-only transaction" in str(refusal(lambda: listed(writing)))
    slow = table.open(
        address, SourceLimits(total_seconds=0.2), query="SELECT pg_sleep(9), 1 AS id", title=None, text=None
    )
    assert "timeout" in str(refusal(lambda: listed(slow)))
    assert len(listed(source)) == 1200


def test_colons_and_percent_signs_are_not_placeholders(table: Table) -> None:
    table.put("1", "at 10:30, 5 %")
    query = "SELECT id, title, body FROM articles WHERE body LIKE '%10:30%' AND ':x' = ':x'"
    assert _one(table.open(query=query))[1].endswith("at 10:30, 5 %")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "  with a as (select 1) select * from a ; ",
        "SELECT ';' AS x, \"update\" FROM t -- ; drop",
        "SELECT 1 /* ; DELETE */",
        "select deleted, created_at, offset_set from t",
        "SELECT $$ ; drop $$",
        "SELECT 'it''s; fine'",
    ],
)
def test_statements_that_only_read(statement: str) -> None:
    assert check_statement(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "DELETE FROM t",
        "SELECT 1; DROP TABLE t",
        "SELECT 1;;SELECT 2",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "SELECT * INTO copy FROM t",
        "SELECT 1 -- x\n; DELETE FROM t",
        "PRAGMA writable_schema = 1",
        "ATTACH 'x' AS y",
        "COPY t TO PROGRAM 'x'",
        "EXPLAIN ANALYZE DELETE FROM t",
        "SELECT 'open ; DELETE FROM t --' ; DELETE FROM t",
    ],
)
def test_statements_that_are_refused(table: Table, statement: str) -> None:
    with pytest.raises(ValueError, match="must"):
        check_statement(statement)


def test_nobody_may_read_a_database_by_default() -> None:
    assert audience_of(SourceConfig(name="x", kind="sql", options={"url_env": "U", "query": QUERY, "id": "id"})) == ()
