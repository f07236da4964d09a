"""A PostgreSQL server that is away, refuses, restarts, or belongs to somebody else; and what is damaged in it."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from knowledge.errors import DocumentNotFound, StoreError, StoreLocked
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.store.database import set_fact
from knowledge.store.postgres import PostgresDatabase
from knowledge.store.postgres_errors import in_words
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.testing.servers import PASSWORD, Server, execute, free_port
from knowledge.vectors.exact import ExactIndex

TEXTS = [
    ("refunds", "Refunds", "Customers get their money back."),
    ("long", "Long", "\n\n".join(f"Paragraph {number} has words of its own. " * 20 for number in range(9))),
]
Open = Callable[..., Library]


@pytest.fixture
def open_library(tmp_path: Path, postgres_url: str) -> Open:
    def opened(folder: str = "knowledge", url: str = postgres_url) -> Library:
        settings = KnowledgeSettings(database_url=SecretStr(url))
        return Library(
            tmp_path / folder, HashingEmbedder(), settings, reader=InlineReader(), open_index=lambda _: ExactIndex()
        )

    return opened


@pytest.fixture
def library(open_library: Open) -> Iterator[Library]:
    with open_library() as opened:
        opened.add_texts(TEXTS)
        opened.search("money back")
        yield opened


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"password": "wrong"}, "does not let the user tester in .*[Pp]assword"),
        ({"username": "nobody"}, "does not let the user nobody in"),
        ({"database": "absent"}, "no database absent at 127.0.0.1.*`createdb"),
        ({"port": free_port()}, "does not answer .*refused.*Start it"),
    ],
)
def test_a_server_that_does_not_let_in_says_why_and_what_to_do(
    open_library: Open, postgres_url: str, changed: dict[str, str], words: str
) -> None:
    url = make_url(postgres_url).set(**changed).render_as_string(hide_password=False)
    for _ in range(2):  # the lock on the folder is given back after the refusal
        with pytest.raises(StoreError, match=words) as caught:
            open_library(url=url)
        assert PASSWORD not in str(caught.value)
        assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "mysql://u:secret@h/d",
        "no address",
        "postgresql+other://u:secret@h/d",
        "postgresql://u:secret@h:port/d",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises((StoreError, ValueError), match="address of a PostgreSQL database") as caught:
        PostgresDatabase(KnowledgeSettings(database_url=SecretStr(url)).database_url.get_secret_value())  # type: ignore[union-attr]
    assert "secret" not in str(caught.value)


def test_no_setting_shows_the_password(postgres_url: str) -> None:
    settings = KnowledgeSettings(database_url=SecretStr(postgres_url), chroma_token=SecretStr("a token"))
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert "horse" not in shown
    assert "a token" not in shown


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (psycopg.errors.DiskFull("could not extend file"), "The disk of the PostgreSQL server at .* is full"),
        (psycopg.errors.TooManyConnections("too many"), "no connection left"),
        (psycopg.errors.InsufficientPrivilege("permission denied"), "`ALTER DATABASE d OWNER TO u`"),
        (psycopg.errors.ReadOnlySqlTransaction("read-only"), "can only be read"),
        (psycopg.errors.DeadlockDetected("deadlock"), "Look into the PostgreSQL server's log"),
        (psycopg.OperationalError("server closed the connection"), "does not answer"),
        (psycopg.OperationalError("it echoes geheim"), r"echoes \*\*\*"),
        (None, "log"),
    ],
)
def test_what_goes_wrong_is_told_in_sentences(error: Exception | None, words: str) -> None:
    url = make_url("postgresql+psycopg://u:geheim@host/d")
    told = in_words(error, url, "the PostgreSQL database d at host")
    assert re.search(words, told), told
    assert "geheim" not in told
    assert told[0].isupper()
    assert told.endswith(".")


def test_a_restart_of_the_server_stops_nothing(library: Library, open_library: Open, postgres_server: Server) -> None:
    postgres_server.stop()
    with pytest.raises(StoreError, match="does not answer"):
        library.search("money back", mode="lexical")
    with pytest.raises(StoreError, match="does not answer"):
        library.add_texts([("new", "New", "Never stored.")])
    postgres_server.start()
    assert library.search("money back")[0].document == "refunds"
    library.add_texts([("new", "New", "Stored after the restart.")])
    with pytest.raises(StoreLocked):  # the server forgot the lock; the writer took it again
        open_library("other")


def test_one_process_owns_it(library: Library, open_library: Open, postgres_url: str) -> None:
    with pytest.raises(StoreLocked, match=r"in use by process \d+ on .*knowledge\.database_url"):
        open_library("other")
    reader = PostgresDatabase(postgres_url, owner=False)
    with reader.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM documents").scalar() == 2
    with pytest.raises(StoreError, match="opened for reading"), reader.write():
        pass
    reader.close()
    library.close()
    open_library("other").close()


def test_a_killed_process_gives_it_back(open_library: Open, postgres_url: str) -> None:
    code = (
        "import sys, time; from knowledge.store.postgres import PostgresDatabase\n"
        "held = PostgresDatabase(sys.argv[1]); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, postgres_url], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(StoreLocked, match=f"process {process.pid} on"):
            open_library()
        process.kill()
        process.wait()
        for _ in range(100):
            try:
                open_library().close()
                break
            except StoreLocked:
                continue
        else:
            pytest.fail("still locked")


def test_who_lost_it_to_another_process_writes_no_more(
    library: Library, open_library: Open, postgres_server: Server
) -> None:
    execute(postgres_server, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    with open_library("other") as other:
        with pytest.raises(StoreLocked):
            library.add_texts([("new", "New", "Not mine to write.")])
        assert other.stats().documents == 2
    library.add_texts([("new", "New", "Mine again.")])


def test_a_reader_sees_one_state_and_cannot_write(library: Library) -> None:
    with library._database.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM documents").scalar()
        library.add_texts([("new", "New", "Committed meanwhile.")])
        assert connection.exec_driver_sql("SELECT count(*) FROM documents").scalar() == before
    with pytest.raises(StoreError, match="read-only"), library._database.read() as connection:
        connection.exec_driver_sql("DELETE FROM documents")
    assert library.stats().documents == 3


def test_a_failed_writer_leaves_nothing(library: Library) -> None:
    with pytest.raises(StoreError), library._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM documents; SELECT 1 / 0")
    assert library.stats().documents == 2


def test_names_sort_by_code_point_whatever_the_database_speaks(library: Library) -> None:
    names = ["b", "B", "a", "ä", "_", "Z", "1"]
    library.add_texts([(name, name, f"Text of {name}.") for name in names], source="s", audience=["b", "B", "_", "a"])
    found = [document for document in library.documents() if document.source == "s"]
    assert [document.name for document in found] == sorted(names)
    assert {document.audience for document in found} == {("B", "_", "a", "b")}


@pytest.mark.parametrize("name", ["\0", "a\ud800", "x" * 5_000, "'; DROP TABLE documents --", "%s %(x)s :x"])
def test_names_that_cannot_be_stored_are_not_found(library: Library, name: str) -> None:
    with pytest.raises(DocumentNotFound):
        library.document(name)
    assert library.documents([name]) == []
    assert library.search("money", groups=[name]) == []


def test_stores_of_other_versions(library: Library, open_library: Open) -> None:
    before = library.documents()
    with library._database.write() as connection:
        for column in ("remote_version", "pinned", "superseded_by"):
            connection.exec_driver_sql(f"ALTER TABLE documents DROP COLUMN {column}")
        connection.exec_driver_sql("DROP TABLE tags")
        set_fact(connection, "schema_version", "1")
    library.close()
    with open_library() as again:
        assert again.documents() == before
        again.add_texts([("new", "New", "A text that came after the update.")])
        with again._database.write() as connection:
            found = connection.exec_driver_sql("SELECT DISTINCT pinned, hidden FROM documents").all()
            assert [tuple(row) for row in found] == [(False, False)]
            set_fact(connection, "schema_version", "99")
    for _ in range(2):
        with pytest.raises(StoreError, match=r"newer Pilares \(schema 99"):
            open_library()


FIRST = "(SELECT min(number) FROM chunks)"
DAMAGES = {
    "offsets": f'UPDATE chunks SET start = start + 1, "end" = "end" + 1 WHERE number = {FIRST}',
    "words": f"UPDATE words SET term = 'others' WHERE (term, number) = (SELECT min(term), number FROM words WHERE "
    f"number = {FIRST} GROUP BY number)",
    "no_vector": f"UPDATE chunks SET vector = NULL WHERE number = {FIRST}",
    "vector": f"UPDATE chunks SET vector = '\\x00' WHERE number = {FIRST}",
    "stray_words": "INSERT INTO word_counts VALUES (4711, 0)",
    "word_index": f"UPDATE word_counts SET length = 99 WHERE number = {FIRST}",
    "embedder": "DELETE FROM facts WHERE key = 'model_id'",
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_what_is_wrong_is_found_and_mended(library: Library, kind: str) -> None:
    assert library.verify("hashing-256").sound
    with library._database.write() as connection:
        connection.exec_driver_sql(DAMAGES[kind])
    found = library.verify("hashing-256")
    assert kind in {finding.kind for finding in found.findings}, found.findings
    library._embedding._checked = False  # as in the process that runs the command
    library.reindex()
    found = library.verify("hashing-256")
    assert found.sound, found.findings
    assert found.words == found.chunks == library.stats().vectors
    assert library.search("money back", mode="lexical")[0].document == "refunds"


def test_compacting_gives_back_what_was_deleted(library: Library, postgres_server: Server) -> None:
    library.add_texts([(f"n{number}", "N", f"word{number} " * 300) for number in range(20)], source="many")
    for document in library.documents():
        if document.source == "many":
            library.delete(document.id)

    def size() -> int:
        with library._database.read() as connection:
            return int(connection.exec_driver_sql("SELECT pg_total_relation_size('chunks')").scalar_one())

    before = size()
    library.compact()
    assert size() < before
    assert library.search("money back")[0].document == "refunds"


def test_an_error_of_the_driver_keeps_its_cause(open_library: Open, postgres_url: str) -> None:
    url = make_url(postgres_url).set(port=free_port()).render_as_string(hide_password=False)
    with pytest.raises(StoreError) as caught:
        open_library(url=url)
    assert isinstance(caught.value.__cause__, OperationalError)
