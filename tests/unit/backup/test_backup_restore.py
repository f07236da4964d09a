"""`pilares restore`: everything is back and found again, and what was there before is not lost."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.backup.restore import restore
from assistant.cli import app
from assistant.testing.homes import QUESTION, TEXTS, contents, furnish, open_library

NAMES = sorted(name for name, _, _ in TEXTS)
SAVED = (NAMES, [QUESTION], {"intents.toml": b"# none of our own yet\n", "pilares.toml": b'language = "es"\n'})


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["restore", *map(str, arguments)])
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("lock")
    }


def test_a_new_home_has_everything_and_answers_by_meaning(archive: Path, tmp_path: Path) -> None:
    new = tmp_path / "other" / "new"
    status, said = run(archive, "--home", new)
    assert status == 0, said
    assert "3 documents, 1 conversation," in said
    assert {path.name for path in new.iterdir()} == {"knowledge", "pilares.db", "pilares.toml", "intents.toml"}
    assert list((new / "knowledge").glob("vectors-*")) == []
    with open_library(new) as library:
        assert library.verify().indexed is None
        hits = library.search("what does the warranty of the pump cover", mode="dense", k=1)
        assert [hit.document for hit in hits] == ["warranty"]
        assert hits[0].dense is not None
        assert library.search("guests park free", mode="dense", groups=["staff"])[0].document == "parking"
        assert "parking" not in [hit.document for hit in library.search("guests park free", mode="dense")]
        library.warm()
        found = library.verify("hashing-256")
        assert (found.sound, found.indexed) == (True, 3)
    assert len(list((new / "knowledge").glob("vectors-*"))) == 1
    assert contents(new) == SAVED


def test_the_home_of_the_settings_is_the_one_meant(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "new"))
    assert run(archive)[0] == 0
    assert contents(tmp_path / "new") == SAVED


def test_a_home_in_use_is_left_alone(archive: Path, home: Path) -> None:
    before = files(home)
    status, said = run(archive, "--home", home)
    assert status == 2
    assert "3 documents and 1 conversation." in said
    assert "--force" in said
    assert files(home) == before


@pytest.mark.parametrize("name", ["knowledge/knowledge.db", "pilares.db"])
def test_one_database_is_enough_to_be_in_use_also_a_damaged_one(archive: Path, tmp_path: Path, name: str) -> None:
    new = tmp_path / "new"
    (new / "knowledge").mkdir(parents=True)
    (new / name).write_bytes(b"\xa5" * 9_000)
    status, said = run(archive, "--home", new)
    assert status == 2
    assert "that cannot be read" in said
    assert run(archive, "--home", new, "--force")[0] == 0
    assert contents(new) == SAVED
    (aside,) = new.glob("before-restore-*")
    assert (aside / name).read_bytes() == b"\xa5" * 9_000


def test_with_force_the_former_state_is_moved_aside_whole(archive: Path, tmp_path: Path) -> None:
    other = furnish(tmp_path / "other")
    (other / "pilares.toml").write_text('language = "en"\n')
    with open_library(other) as library:
        library.add_texts([("mine", "Mine", "A text that no backup has.")])
    former = contents(other)
    status, said = run(archive, "--home", other, "--force")
    assert status == 0, said
    (aside,) = other.glob("before-restore-*")
    assert str(aside) in said
    assert contents(other) == SAVED
    assert contents(aside) == former
    assert (other / "cache" / "sentences.db").exists()
    with open_library(aside) as library:
        assert library.search("a text that no backup has", mode="dense")[0].document == "mine"
    assert run(archive, "--home", other, "--force")[0] == 0
    assert len(list(other.glob("before-restore-*"))) == 2


def test_a_vector_index_that_is_there_is_not_taken_for_the_restored_one(archive: Path, tmp_path: Path) -> None:
    """The user may have moved a damaged database away, as its message says, and left the index beside it."""
    other = furnish(tmp_path / "other")
    with open_library(other) as library:
        library.set_audience("warranty", ["board"])
        library.search("warranty")
    for path in (other / "knowledge").glob("knowledge.db*"):
        path.unlink()
    (other / "pilares.db").unlink()
    assert run(archive, "--home", other)[0] == 0
    assert list((other / "knowledge").glob("vectors-*")) == []
    with open_library(other) as library:
        assert library.search("warranty of the pump", mode="dense")[0].document == "warranty"
        assert library.verify().sound


def test_settings_stay_where_the_backup_brings_none(home: Path, tmp_path: Path) -> None:
    from assistant.backup.write import write

    for name in ("pilares.toml", "intents.toml"):
        (home / name).unlink()
    write(home, tmp_path / "plain.tar.gz")
    new = tmp_path / "new"
    new.mkdir()
    (new / "pilares.toml").write_text('language = "en"\n')
    status, said = run(tmp_path / "plain.tar.gz", "--home", new)
    assert (status, "before" in said) == (0, False)
    assert (new / "pilares.toml").read_text() == 'language = "en"\n'


def test_a_running_server_is_named(archive: Path, home: Path) -> None:
    with open_library(home):
        status, said = run(archive, "--home", home, "--force")
        assert status == 1
        assert "in use by process" in said
    assert contents(home) == SAVED


def test_a_move_that_fails_undoes_the_others(
    archive: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from assistant.errors import StorageError

    with open_library(home) as library:
        library.add_texts([("mine", "Mine", "A text that no backup has.")])
    former, real, moved = contents(home), shutil.move, list[Path]()

    def breaks(source: Path, target: Path) -> None:
        if target == home / "pilares.db" and ".restoring-" in str(source):
            raise OSError(5, "Input/output error", str(target))
        moved.append(source)
        real(source, target)

    monkeypatch.setattr(shutil, "move", breaks)
    with pytest.raises(StorageError, match="Input/output error"):
        restore(archive, home, force=True)
    assert any(".restoring-" in str(path) for path in moved)
    monkeypatch.undo()
    assert contents(home) == former
    assert {path.name for path in home.iterdir()} >= {"knowledge", "pilares.db"}
    assert [path.name for path in home.iterdir() if "restor" in path.name] == []


def test_what_a_killed_restore_left_is_removed(archive: Path, tmp_path: Path) -> None:
    left = tmp_path / "new" / ".restoring-abc"
    left.mkdir(parents=True)
    (left / "pilares.db").write_bytes(b"x")
    assert run(archive, "--home", tmp_path / "new")[0] == 0
    assert not left.exists()


def test_turns_that_ran_when_the_backup_was_made_end_as_interrupted(home: Path, tmp_path: Path) -> None:
    from assistant.backup.write import write
    from assistant.testing.homes import open_conversations

    with open_conversations(home) as conversations:
        begun = conversations.start("local")
        conversations.begin_turn("local", begun.id, "Still running?")
    write(home, tmp_path / "b.tar.gz")
    restore(tmp_path / "b.tar.gz", tmp_path / "new")
    with open_conversations(tmp_path / "new") as conversations:
        assert conversations.turns("local", begun.id)[0].state == "interrupted"


def test_the_restored_databases_are_whole(archive: Path, tmp_path: Path) -> None:
    restore(archive, tmp_path / "new")
    for name in ("knowledge/knowledge.db", "pilares.db"):
        connection = sqlite3.connect(tmp_path / "new" / name)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
