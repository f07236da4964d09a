"""The schema: reached by migrations alone, the same the code uses, refused when it is newer."""

import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from assistant.errors import StorageError
from assistant.storage import feedback, migrate
from assistant.storage.conversations import Conversations
from assistant.storage.database import Database
from assistant.storage.schema import HEAD, conversations, metadata, turns


def test_migrating_from_empty_gives_the_tables_the_code_uses(url: str) -> None:
    database = Database(url)
    migrate.migrate(database)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        indexes = {index["name"]: index for index in sa.inspect(connection).get_indexes("feedback")}
        partial = f"{connection.dialect.name}_where"
    assert indexes["feedback_one_current"]["unique"]
    assert partial in indexes["feedback_one_current"]["dialect_options"]
    database.close()


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_opening_a_current_database_does_not_load_the_migration_tool(url: str) -> None:
    Conversations.open(url).close()
    code = (
        "import sys; from assistant.storage.conversations import Conversations\n"
        f"Conversations.open({url!r}).close(); print('alembic' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "False"


def test_a_newer_schema_is_refused_with_a_way_out(url: str) -> None:
    Conversations.open(url).close()
    database = Database(url)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"newer version of Pilares \(schema 9999.*restore a backup"):
        Conversations.open(url)
    database.close()


def test_a_migration_that_fails_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def half_way(connection: sa.Connection, current: str | None, name: str) -> None:
        connection.execute(sa.text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(migrate, "_upgrade", half_way)
        with pytest.raises(RuntimeError):
            Conversations.open(url)
    database = Database(url)
    with database.read() as connection:
        assert sa.inspect(connection).get_table_names() == []
    database.close()
    Conversations.open(url).close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_sqlite_connections_are_prepared(url: str) -> None:
    database = Database(url)
    with database.read() as connection:
        ask = lambda name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()  # noqa: E731
        assert (ask("journal_mode"), ask("foreign_keys"), ask("busy_timeout")) == ("wal", 1, 5000)
    database.close()


def test_the_schema_compiles_for_postgresql() -> None:
    dialect = postgresql.dialect()
    text = "\n".join(str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables)
    indexes = "\n".join(
        str(CreateIndex(index).compile(dialect=dialect)) for table in metadata.sorted_tables for index in table.indexes
    )
    assert text.count("JSONB") == 26
    assert "TIMESTAMP WITH TIME ZONE" in text
    assert "CREATE UNIQUE INDEX feedback_one_current ON feedback (answer_id, user_id) WHERE is_current" in indexes


def test_the_migrations_compile_for_postgresql() -> None:
    lines: list[str] = []
    engine = sa.create_mock_engine(
        "postgresql://", lambda sql, *a, **k: lines.append(str(sql.compile(dialect=engine.dialect)))
    )
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": _Lines(lines)}
    )
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    from alembic.operations import Operations

    script = ScriptDirectory.from_config(config)
    with Operations.context(context):
        for revision in reversed(list(script.walk_revisions())):
            revision.module.upgrade()
    sql = "".join(lines)
    assert sql.count("CREATE TABLE") == 18
    assert sql.count("JSONB") == 26


class _Lines:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def write(self, text: str) -> None:
        self.lines.append(text)

    def flush(self) -> None: ...


def test_the_queries_compile_for_postgresql() -> None:
    dialect = postgresql.dialect()
    locked = sa.select(conversations).where(conversations.c.id == "x").with_for_update()
    assert str(locked.compile(dialect=dialect)).endswith("FOR UPDATE")
    like = sa.select(turns.c.id).where(turns.c.searchable.contains("50%", autoescape=True))
    assert "ESCAPE '/'" in str(like.compile(dialect=dialect))
    assert feedback.feedback.c.is_current.type.compile(dialect=dialect) == "BOOLEAN"
