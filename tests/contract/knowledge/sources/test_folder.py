import os
from pathlib import Path
from threading import Event, Thread

import pytest

from knowledge.sources.config import SourceConfig
from knowledge.sources.folder import FolderSource
from knowledge.sources.kinds import open_source
from knowledge.sources.limits import SourceLimits
from knowledge.sources.source import Entry, Gap, Source
from knowledge.testing.source import Place, SourceConformance, listed, refusal


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()

    def open(self, **options: object) -> Source:
        config = SourceConfig(name="papers", kind="folder", options={"path": str(self.root), **options})
        return open_source(config, SourceLimits(max_file_bytes=10_000), {})

    def put(self, name: str, text: str) -> None:
        path = Path(os.path.normpath(self.root / name))
        if not path.is_relative_to(self.root):
            raise ValueError(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def remove(self, name: str) -> None:
        (self.root / name).unlink()

    def go_down(self) -> None:
        self.root.rename(self.root.with_name("elsewhere"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "papers")


class TestFolder(SourceConformance):
    @pytest.fixture
    def place(self, folder: Folder) -> Place:
        return folder


def test_links_out_of_the_folder_are_not_followed(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("secret")
    folder.put("inside.txt", "inside")
    (folder.root / "out.txt").symlink_to(tmp_path / "private.txt")
    (folder.root / "same.txt").symlink_to(folder.root / "inside.txt")
    assert set(listed(folder.open())) == {"inside.txt", "same.txt"}


def test_a_file_that_becomes_a_link_is_not_followed(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("secret")
    folder.put("inside.txt", "inside")
    source = folder.open()
    entry = listed(source)["inside.txt"]
    folder.remove("inside.txt")
    (folder.root / "inside.txt").symlink_to(tmp_path / "private.txt")
    assert "leaves the folder" in str(refusal(lambda: source.fetch(entry)))


def test_a_file_that_becomes_a_pipe_does_not_block(folder: Folder) -> None:
    folder.put("inside.txt", "inside")
    source = folder.open()
    entry = listed(source)["inside.txt"]
    folder.remove("inside.txt")
    os.mkfifo(folder.root / "inside.txt")
    assert "not a file" in str(refusal(lambda: source.fetch(entry)))


def test_a_folder_that_cannot_be_listed_is_a_gap(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.put("closed/a.txt", "a")
    folder.put("open.txt", "b")
    real = os.scandir

    def scandir(path: Path) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = list(folder.open().entries())
    assert Gap("closed", "The folder closed cannot be listed (Permission denied).") in found
    assert [each.name for each in found if isinstance(each, Entry)] == ["open.txt"]


def test_patterns_hidden_and_lock_files(folder: Folder) -> None:
    for name in ("a.txt", "drafts/b.txt", ".hidden.txt", ".git/c.txt", "~$d.docx", "e.md"):
        folder.put(name, "words")
    assert set(listed(folder.open())) == {"a.txt", "drafts/b.txt", "e.md"}
    assert set(listed(folder.open(include=["*.txt"], exclude=["drafts/*"]))) == {"a.txt"}


def test_too_large_a_file_is_refused_alone(folder: Folder) -> None:
    folder.put("big.txt", "x" * 10_001)
    folder.put("small.txt", "y")
    source = folder.open()
    entries = listed(source)
    assert "10,001 bytes" in str(refusal(lambda: source.fetch(entries["big.txt"])))
    assert source.fetch(entries["small.txt"]) == b"y"


def test_a_path_that_is_a_file_is_refused(folder: Folder) -> None:
    folder.put("a.txt", "a")
    assert "not a folder" in str(refusal(lambda: listed(folder.open(path=str(folder.root / "a.txt")))))


def test_changes_are_seen_until_it_is_stopped(folder: Folder) -> None:
    source = folder.open()
    assert isinstance(source, FolderSource)
    stop, started, seen = Event(), Event(), Event()

    def watch() -> None:
        started.set()
        for _ in source.changes(stop):
            seen.set()

    thread = Thread(target=watch, daemon=True)
    thread.start()
    started.wait(5)
    for number in range(50):  # until the watch is set up, nothing is seen
        folder.put(f"new{number}.txt", "words")
        if seen.wait(0.2):
            break
    assert seen.is_set()
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
