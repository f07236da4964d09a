"""`pilares backup`: whole, consistent, private, and never over another file."""

import json
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.backup.databases import snapshot
from assistant.cli import app
from assistant.storage.schema import HEAD
from assistant.testing.homes import QUESTION, open_conversations, open_library


@pytest.fixture(autouse=True)
def pilares_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_HOME", str(home))


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["backup", *map(str, arguments)])
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def members(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive, "r:gz") as tar:
        found = [(entry.name, tar.extractfile(entry)) for entry in tar]
        return {name: content.read() for name, content in found if content}


def test_it_holds_what_cannot_be_rebuilt_and_says_what_it_holds(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    status, said = run(target)
    assert status == 0, said
    assert "3 documents, 1 conversation," in said
    assert "as private as the home folder" in said
    found = members(target)
    manifest = json.loads(found.pop("manifest.json"))
    assert next(iter(members(target))) == "manifest.json"
    assert set(found) == {"knowledge/knowledge.db", "pilares.db", "pilares.toml", "intents.toml"}
    assert found["pilares.toml"] == (home / "pilares.toml").read_bytes()
    assert manifest["members"] == {
        name: {"bytes": len(content), "sha256": sha256(content).hexdigest()} for name, content in found.items()
    }
    assert manifest["counts"] == {
        "documents": 3, "passages": 3, "vectors": 3, "conversations": 1, "turns": 1, "answers": 0,
    }  # fmt: skip
    assert (manifest["format"], manifest["embedder"]) == (1, "hashing-256")
    assert manifest["schemas"] == {"knowledge": "2", "conversations": HEAD}


def test_only_its_owner_may_read_it_and_nothing_else_is_left(tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    run(tmp_path / "backup.tar.gz")
    assert (tmp_path / "backup.tar.gz").stat().st_mode & 0o777 == 0o600
    assert set(tmp_path.iterdir()) - before == {tmp_path / "backup.tar.gz"}


def test_a_process_that_holds_the_home_does_not_stop_it(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    with open_library(home) as library, open_conversations(home) as conversations:
        library.add_texts([("late", "Late", "Added a moment ago.")])
        with library._database.write() as connection:
            connection.exec_driver_sql("UPDATE documents SET title = 'half done'")
            program = "from assistant.cli import main; main()"
            subprocess.run([sys.executable, "-c", program, "backup", str(target)], check=True, capture_output=True)
        conversations.start("local")  # and everything goes on
        library.add_texts([("later", "Later", "Added afterwards.")])
    (tmp_path / "copy.db").write_bytes(members(target)["knowledge/knowledge.db"])
    connection = sqlite3.connect(tmp_path / "copy.db")
    titles = {title for (title,) in connection.execute("SELECT title FROM documents")}
    connection.close()
    assert titles == {"Refunds", "Warranty", "Parking", "Late"}


def test_both_databases_are_copied_as_of_one_moment(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    for path in (first, second):
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE numbers (n)")
        connection.close()

    class WritesMeanwhile(Mapping[Path, Path]):
        """Writes to both when the first copy is about to be made."""

        def __iter__(self) -> Iterator[Path]:
            return iter((first, second))

        def __len__(self) -> int:
            return 2

        def __getitem__(self, source: Path) -> Path:
            for path in (first, second) if source == first else ():
                connection = sqlite3.connect(path)
                connection.execute("INSERT INTO numbers VALUES (1)")
                connection.commit()
                connection.close()
            return source.with_suffix(".copy")

    snapshot(WritesMeanwhile())
    for path in (first, second):
        connection = sqlite3.connect(path.with_suffix(".copy"))
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (0,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        connection.close()


def test_a_file_is_replaced_only_with_force(tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    target.write_bytes(b"precious")
    status, said = run(target)
    assert (status, target.read_bytes()) == (2, b"precious")
    assert "exists already" in said
    assert "--force" in said
    assert run(target, "--force")[0] == 0
    assert "manifest.json" in members(target)


@pytest.mark.parametrize(("where", "why"), [("none/backup.tar.gz", "not there"), (".", "is a folder")])
def test_a_place_that_cannot_be_written_to(tmp_path: Path, where: str, why: str) -> None:
    status, said = run(tmp_path / where)
    assert status == 2
    assert why in said
    assert said.count("\n") == 1


def test_nothing_to_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "empty"))
    status, said = run(tmp_path / "backup.tar.gz")
    assert status == 2
    assert "nothing to back up" in said
    assert not (tmp_path / "empty").exists()
    assert not (tmp_path / "backup.tar.gz").exists()


def test_a_home_without_conversations(home: Path, tmp_path: Path) -> None:
    (home / "pilares.db").unlink()
    assert run(tmp_path / "backup.tar.gz")[0] == 0
    assert "pilares.db" not in members(tmp_path / "backup.tar.gz")


@pytest.mark.parametrize("name", ["pilares.db", "knowledge/knowledge.db"])
@pytest.mark.parametrize("start", [0, 4096])
def test_a_damaged_database_is_not_saved_over_a_good_backup(home: Path, tmp_path: Path, name: str, start: int) -> None:
    target = tmp_path / "backup.tar.gz"
    run(target)
    good = target.read_bytes()
    data = bytearray((home / name).read_bytes())
    data[start : start + 8192] = b"\xa5" * len(data[start : start + 8192])
    (home / name).write_bytes(data)
    status, said = run(target, "--force")
    assert status == 1
    assert "damaged" in said
    assert "pilares restore" in said
    assert target.read_bytes() == good
    assert {path.name for path in tmp_path.iterdir()} == {"home", "backup.tar.gz"}


@pytest.mark.parametrize(("name", "table"), [("pilares.db", "feedback"), ("knowledge/knowledge.db", "texts")])
def test_damage_that_nobody_has_met_yet_is_found(home: Path, tmp_path: Path, name: str, table: str) -> None:
    connection = sqlite3.connect(home / name)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
    connection.close()
    data = bytearray((home / name).read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    (home / name).write_bytes(data)
    status, said = run(tmp_path / "backup.tar.gz")
    assert status == 1
    assert "damaged" in said
    assert not (tmp_path / "backup.tar.gz").exists()


def test_what_was_asked_is_in_it(tmp_path: Path) -> None:
    run(tmp_path / "backup.tar.gz")
    assert QUESTION.encode() in members(tmp_path / "backup.tar.gz")["pilares.db"]
