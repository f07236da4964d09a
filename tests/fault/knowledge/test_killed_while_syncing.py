"""kill -9 in the middle of a sync: the job is taken up again, ends, and does nothing twice."""

import subprocess
import sys
from pathlib import Path

import pytest
from sync_until_killed import WIKI, MadeUp
from test_killed_while_ingesting import kill, wait_for

from knowledge.document import State
from knowledge.library import Library
from knowledge.sync.job import DocumentState, Job, JobState
from knowledge.sync.runner import Runner
from knowledge.sync.sources import Sources
from knowledge.testing.embedder import HashingEmbedder

PROGRAM = Path(__file__).with_name("sync_until_killed.py")
COUNT = 24


def start(home: Path, pause: float, versions: str, renamed: int = 0) -> "subprocess.Popen[str]":
    paths = f"import sys; sys.path[:0] = {sys.path!r}; sys.argv[0] = {str(PROGRAM)!r}"
    program = f"{paths}; import runpy; runpy.run_path({str(PROGRAM)!r}, run_name='__main__')"
    arguments = [str(home), str(COUNT), str(pause), versions, str(renamed)]
    return subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True)


def take_up(home: Path, source: MadeUp) -> tuple[list[str], Job]:
    """What the next process finds stored, and how it ends the job."""
    with Library.open(home, HashingEmbedder(dimension=2048)) as library:
        stored = [document.name for document in library.documents() if document.error is None]
        sources = Sources(library.workshop, [WIKI])
        runner = Runner(library.workshop, sources, lambda _: source)
        (waiting,) = sources.jobs()
        assert waiting.state == JobState.WAITING
        job = runner.run(waiting.id)
        assert (job.state, job.started_at) == (JobState.DONE, waiting.started_at)
        assert {document.state for document in library.documents()} == {State.READY}
        assert library.stats().vectors == library.stats().chunks
        assert [len(library.search(f"zebra{number:02d}", mode="lexical")) for number in range(COUNT)] == [1] * COUNT
        assert set(job.counts) <= {DocumentState.READY, DocumentState.UNCHANGED, DocumentState.RENAMED}
        assert job.total == COUNT
        assert library.verify().findings == ()
    return stored, job


@pytest.mark.parametrize("fetches", [1, 12, COUNT])
def test_a_killed_sync_is_taken_up_and_fetches_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fetches: int
) -> None:
    process = start(tmp_path / "home", 0.03, "versions")
    wait_for(process, "fetch", fetches)
    kill(process)
    stored, _ = take_up(tmp_path / "home", MadeUp(COUNT, 0, versioned=True))
    fetched = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert sorted([*stored, *fetched]) == [f"{number:02d}.md" for number in range(COUNT)]


def test_a_killed_sync_of_a_source_without_versions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = start(tmp_path / "home", 0.1, "none")
    wait_for(process, "fetch", 20)
    kill(process)
    stored, _ = take_up(tmp_path / "home", MadeUp(COUNT, 0, versioned=False))
    fetched = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert len(stored) > 10
    assert len(fetched) < COUNT - 5  # all but what had not yet been written down


def test_killed_while_documents_get_new_names(tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = start(home, 0, "versions")
    wait_for(process, "done", 1)
    kill(process)
    with Library.open(home, HashingEmbedder(dimension=2048)) as library:
        before = {document.name[-5:]: (document.id, document.added_at) for document in library.documents()}
    process = start(home, 0.05, "versions", renamed=12)
    wait_for(process, "fetch", 8)
    kill(process)
    with Library.open(home, HashingEmbedder(dimension=2048)) as library:
        sources = Sources(library.workshop, [WIKI])
        runner = Runner(library.workshop, sources, lambda _: MadeUp(COUNT, 0, True, renamed=12))
        job = runner.run(sources.jobs()[0].id)
        assert job.state == JobState.DONE
        after = {document.name[-5:]: (document.id, document.added_at) for document in library.documents()}
        assert after == before
        assert sum(document.name.startswith("new/") for document in library.documents()) == 12
        assert library.stats().vectors == library.stats().chunks
