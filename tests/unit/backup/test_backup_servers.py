"""Backups of databases on a PostgreSQL server, and moving between a server and the files of a home folder."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from assistant.backup.exchange import Exchange
from assistant.cli import app
from assistant.storage.conversations import Conversations
from assistant.testing.homes import QUESTION, TEXTS, contents, furnish
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder

NAMES = sorted(name for name, _, _ in TEXTS)
Moved = Callable[[], Library]


@pytest.fixture
def moved(tmp_path: Path, postgres_url: str) -> Path:
    """A home folder whose settings name the server; nothing is on it yet."""
    home = tmp_path / "moved"
    home.mkdir()
    (home / "pilares.toml").write_text(
        f'database_url = "{postgres_url}"\n[knowledge]\ndatabase_url = "{postgres_url}"\n'
    )
    return home


@pytest.fixture
def open_moved(moved: Path, postgres_url: str) -> Moved:
    settings = KnowledgeSettings(database_url=SecretStr(postgres_url))
    return lambda: Library.open(moved / "knowledge", HashingEmbedder(), settings)


def run(home: Path, *arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*map(str, arguments)], env={"PILARES_HOME": str(home)})
    assert "Traceback" not in done.output
    assert "horse" not in done.output  # the server's password
    return done.exit_code, done.output


def questions(url: str) -> list[str]:
    with Conversations.open(url, recover=False) as conversations:
        return [turn.question for each in conversations.list("local") for turn in conversations.turns("local", each.id)]


def test_from_files_to_a_server_and_back(
    archive: Path, moved: Path, open_moved: Moved, postgres_url: str, tmp_path: Path
) -> None:
    before = (moved / "pilares.toml").read_text()
    status, said = run(moved, "restore", archive, "--keep-settings")
    assert status == 0, said
    assert (moved / "pilares.toml").read_text() == before
    assert sorted(each.name for each in moved.iterdir()) == ["knowledge", "pilares.toml"]
    with open_moved() as library:
        assert sorted(document.name for document in library.documents()) == NAMES
        assert library.search("guests park free", mode="dense", groups=["staff"])[0].document == "parking"
        assert library.search("warranty of the pump", mode="lexical", k=1)[0].document == "warranty"
        assert library.verify("hashing-256").sound, library.verify().findings
        library.set_audience("warranty", ["board"])  # what is numbered goes on being numbered
        library.add_texts([("new", "New", "Added on the server.")])
    assert questions(postgres_url) == [QUESTION]
    status, said = run(moved, "backup", tmp_path / "server.tar.gz")
    assert status == 0, said
    assert "4 documents, 1 conversation" in said
    back = tmp_path / "back"
    status, said = run(back, "restore", tmp_path / "server.tar.gz", "--keep-settings")
    assert status == 0, said
    names, asked, files = contents(back)
    assert (names, asked, files) == (sorted([*NAMES, "new"]), [QUESTION], {})
    with Library.open(back / "knowledge", HashingEmbedder()) as library:
        assert library.search("added on the server", mode="dense")[0].document == "new"
        assert library.verify("hashing-256").sound, library.verify().findings


def test_without_keeping_settings_the_backups_own_say_where(
    archive: Path, moved: Path, open_moved: Moved, tmp_path: Path
) -> None:
    assert run(moved, "restore", archive, "--keep-settings")[0] == 0
    assert run(moved, "backup", tmp_path / "server.tar.gz")[0] == 0
    with open_moved() as library:
        library.delete("warranty")
    status, said = run(tmp_path / "new", "restore", tmp_path / "server.tar.gz", "--force")
    assert status == 0, said
    with open_moved() as library:
        assert sorted(document.name for document in library.documents()) == NAMES


def test_what_is_on_the_server_is_not_replaced_without_force_and_kept_with_it(
    archive: Path, moved: Path, open_moved: Moved, postgres_url: str
) -> None:
    with open_moved() as library:
        library.add_texts([("mine", "Mine", "A text that no backup has.")])
    status, said = run(moved, "restore", archive, "--keep-settings")
    assert status == 2
    assert "has 1 document." in said
    with open_moved() as library:
        assert [document.name for document in library.documents()] == ["mine"]
    status, said = run(moved, "restore", archive, "--keep-settings", "--force")
    assert status == 0, said
    (aside,) = moved.glob("before-restore-*")
    with Library.open(aside / "from-server" / "knowledge", HashingEmbedder()) as library:
        assert library.search("a text that no backup has")[0].document == "mine"
    with open_moved() as library:
        assert sorted(document.name for document in library.documents()) == NAMES


def test_a_failure_changes_nothing(
    archive: Path, moved: Path, open_moved: Moved, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_moved() as library:
        library.add_texts([("mine", "Mine", "A text that no backup has.")])

    def failing(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Exchange, "make", failing)
        status, said = run(moved, "restore", archive, "--force", "--keep-settings")
    assert status == 1
    assert "full" in said
    assert list(moved.glob("before-restore-*")) == []
    assert questions(postgres_url) == []
    with open_moved() as library:
        assert [document.name for document in library.documents()] == ["mine"]
        assert library.verify().sound


def test_a_running_pilares_may_be_saved_but_not_replaced(
    archive: Path, moved: Path, open_moved: Moved, tmp_path: Path
) -> None:
    with open_moved() as library:
        library.add_texts([("mine", "Mine", "A text.")])
        status, said = run(moved, "backup", tmp_path / "live.tar.gz")
        assert status == 0, said
        assert "1 document" in said
        other = tmp_path / "other"
        other.mkdir()
        (other / "pilares.toml").write_text((moved / "pilares.toml").read_text())
        status, said = run(other, "restore", archive, "--keep-settings", "--force")
        assert status != 0
        assert "in use by process" in said


def test_files_left_behind_by_a_former_setting_are_not_saved(moved: Path, open_moved: Moved, tmp_path: Path) -> None:
    settings = (moved / "pilares.toml").read_text()
    furnish(moved)
    (moved / "pilares.toml").write_text(settings)
    with open_moved() as library:
        library.add_texts([("mine", "Mine", "A text.")])
    assert run(moved, "backup", tmp_path / "b.tar.gz")[0] == 0
    assert run(tmp_path / "new", "restore", tmp_path / "b.tar.gz", "--keep-settings")[0] == 0
    assert contents(tmp_path / "new")[0] == ["mine"]


def test_doctor_names_the_servers_without_a_password(
    moved: Path, open_moved: Moved, chroma_url: str, postgres_url: str
) -> None:
    with (moved / "pilares.toml").open("a") as file:
        file.write(f'chroma_url = "{chroma_url}"\n')
    said = run(moved, "doctor")[1]
    assert "ok    documents: 0 documents, 0 passages, 0 with vectors, 0 failed, in the PostgreSQL database" in said
    assert f"ok    vector index: Chroma server at {chroma_url}" in said
    assert "ok    conversations: readable, in postgresql+psycopg://tester:***@127.0.0.1" in said
