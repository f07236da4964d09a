"""kill -9 at any moment: nothing acknowledged is lost, nothing is half there, and the next ingest finishes the rest."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from knowledge.document import State
from knowledge.library import Library
from knowledge.testing.embedder import HashingEmbedder

PROGRAM = Path(__file__).with_name("ingest_until_killed.py")


def start(home: Path, documents: Path, pause: float) -> "subprocess.Popen[str]":
    paths = f"import sys; sys.path[:0] = {sys.path!r}; sys.argv[0] = {str(PROGRAM)!r}"
    program = f"{paths}; import runpy; runpy.run_path({str(PROGRAM)!r}, run_name='__main__')"
    return subprocess.Popen(
        [sys.executable, "-c", program, str(home), str(documents), str(pause)], stdout=subprocess.PIPE, text=True
    )


def kill(process: "subprocess.Popen[str]") -> list[str]:
    """Kill it and return what it had said."""
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate()
    return said.splitlines()


def wait_for(process: "subprocess.Popen[str]", stage: str, times: int) -> list[str]:
    """Lines up to the `times`-th step of a stage."""
    assert process.stdout
    said: list[str] = []
    while sum(line.startswith(stage) for line in said) < times:
        line = process.stdout.readline()
        assert line, said
        said.append(line.strip())
    return said


def check(home: Path, documents: Path, said: list[str]) -> None:
    """What the next process finds."""
    with Library.open(home, HashingEmbedder(dimension=2048)) as library:
        stored = {document.name: document for document in library.documents()}
        acknowledged = {line.split()[1] for line in said if line.startswith(("words", "vectors"))}
        assert acknowledged <= stored.keys()
        for name in stored:  # whole or not at all
            hits = library.search(f"zebra{name[:2]}", mode="lexical")
            assert [hit.document for hit in hits] == [name]
            assert len(library.text(name)) > 900
            assert stored[name].chunks == len(library.passages_of(stored[name].id))
        report = library.ingest(documents)
        assert set(report.unchanged) == stored.keys()
        assert set(report.added) == {path.name for path in documents.iterdir()} - stored.keys()
        assert {document.state for document in library.documents()} == {State.READY}
        assert library.stats().vectors == library.stats().chunks
        dense = [library.search(f"zebra{number:02d}", mode="dense", k=40)[0].document for number in range(40)]
        assert dense == [f"{number:02d}.md" for number in range(40)]


@pytest.mark.parametrize(("stage", "times"), [("open", 1), ("words", 1), ("words", 39), ("vectors", 1), ("done", 1)])
def test_killed_at_a_known_step(tmp_path: Path, documents: Path, stage: str, times: int) -> None:
    process = start(tmp_path / "home", documents, pause=0.02)
    said = wait_for(process, stage, times)
    check(tmp_path / "home", documents, said + kill(process))


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment(tmp_path: Path, documents: Path, seed: int) -> None:
    process = start(tmp_path / "home", documents, pause=0)
    said = wait_for(process, "open", 1)
    time.sleep(random.Random(seed).uniform(0, 1.5))
    check(tmp_path / "home", documents, said + kill(process))


def test_killed_while_documents_are_replaced(tmp_path: Path, documents: Path) -> None:
    with Library.open(tmp_path / "home", HashingEmbedder(dimension=2048)) as library:
        library.ingest(documents)
    for path in documents.iterdir():
        path.write_text(path.read_text().replace("zebra", "panda"))
    process = start(tmp_path / "home", documents, pause=0.05)
    wait_for(process, "words", 3)
    kill(process)
    with Library.open(tmp_path / "home", HashingEmbedder(dimension=2048)) as library:
        assert len(library.documents()) == 40
        for number in range(40):
            old = library.search(f"zebra{number:02d}", mode="lexical")
            new = library.search(f"panda{number:02d}", mode="lexical")
            assert len(old) + len(new) == 1
        library.ingest(documents)
        assert library.search("zebra07", mode="lexical") == []
        assert library.search("panda07", mode="dense")[0].document == "07.md"


def test_a_worker_does_not_outlive_its_library(tmp_path: Path, documents: Path) -> None:
    process = start(tmp_path / "home", documents, pause=0.02)
    wait_for(process, "words", 1)
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    assert children
    kill(process)
    deadline = time.monotonic() + 10
    while any(_is_running(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(_is_running(pid) for pid in children)


def _is_running(pid: str) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


def test_what_was_committed_is_on_disk(tmp_path: Path, documents: Path) -> None:
    """Read by SQLite alone, without our code."""
    process = start(tmp_path / "home", documents, pause=0.02)
    wait_for(process, "words", 40)
    kill(process)
    connection = sqlite3.connect(tmp_path / "home" / "knowledge.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM documents").fetchone() == (40,)
    assert connection.execute("SELECT count(*) FROM words").fetchone() == (
        connection.execute("SELECT count(*) FROM chunks").fetchone()[0],
    )
    connection.close()
