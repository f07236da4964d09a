"""Scanned files are read after the others, and again once there is text recognition."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from holding import Desk, Held
from scanned import Reads, scan

from knowledge.library import Library
from knowledge.parse.ocr import Seen
from knowledge.sync.job import DocumentState, JobState
from knowledge.testing.reader import InlineReader

READY, FAILED = DocumentState.READY, DocumentState.FAILED
LINE = ("Every employee may bring a dog.", 50, 100, 540, 114)


class Watching(Reads):
    """Looks at what is there when the first page is recognised."""

    def __init__(self, look: Callable[[], Any]) -> None:
        super().__init__(LINE)
        self._look = look
        self.saw: list[Any] = []

    def lines(self, picture: Any) -> list[Seen]:
        self.saw.append(self._look())
        return super().lines(picture)


@pytest.fixture
def held() -> Held:
    held = Held()
    held.files = {"a-scan.pdf": scan(("",)), "b-mixed.pdf": scan("Cats are welcome.", ("",))}
    held.put("c.md", "# Gamma\n\nThe third animal is a llama.\n")
    return held


@pytest.fixture
def desk(library: Library, held: Held) -> Iterator[Desk]:
    desk = Desk(library, held)
    yield desk
    desk.runner.close()


def test_files_behind_a_scan_are_found_before_it_is_recognised(desk: Desk, reader: InlineReader) -> None:
    library = desk.library
    reader.recogniser = watching = Watching(lambda: [hit.document for hit in library.search("llama", mode="dense")])
    job = desk.sync()
    assert desk.states(job) == {"a-scan.pdf": READY, "b-mixed.pdf": READY, "c.md": READY}
    assert reader.names == ["a-scan.pdf", "b-mixed.pdf", "c.md", "a-scan.pdf", "b-mixed.pdf"]
    assert ["c.md" in found for found in watching.saw] == [True, True]
    assert set(desk.finds("dog")) == {"a-scan.pdf", "b-mixed.pdf"}


def test_scans_are_read_once_there_is_recognition_and_then_no_more(desk: Desk, reader: InlineReader) -> None:
    states = desk.states(desk.sync())
    assert states == {"a-scan.pdf": FAILED, "b-mixed.pdf": READY, "c.md": READY}
    desk.sync()
    assert desk.held.fetched == []
    reader.recogniser = Reads(LINE)
    job = desk.sync()
    assert (job.state, desk.states(job)) == (JobState.DONE, {"a-scan.pdf": READY, "b-mixed.pdf": READY})
    assert set(desk.finds("dog")) == {"a-scan.pdf", "b-mixed.pdf"}
    assert desk.library.document("a-scan.pdf").error is None
    desk.sync()
    assert desk.held.fetched == []


def test_without_versions_they_are_read_again_as_well(desk: Desk, reader: InlineReader) -> None:
    desk.held.versioned = False
    desk.sync()
    reader.recogniser = Reads(LINE)
    assert desk.states(desk.sync())["b-mixed.pdf"] == READY
    assert set(desk.finds("dog")) == {"a-scan.pdf", "b-mixed.pdf"}
    reader.names.clear()
    desk.sync()
    assert reader.names == []


def test_a_scan_that_was_renamed_keeps_its_document(desk: Desk, reader: InlineReader) -> None:
    desk.sync()
    kept = desk.library.document("b-mixed.pdf").id
    reader.recogniser = Reads(LINE)
    desk.held.files["z.pdf"] = desk.held.files.pop("b-mixed.pdf")
    desk.sync()
    desk.sync()
    assert desk.library.document("z.pdf").id == kept
    assert "z.pdf" in desk.finds("dog")


def test_a_job_that_ends_before_its_scans_goes_on_with_them(
    desk: Desk, reader: InlineReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.sync.runner._ASKED_EVERY_S", 0.0)
    waiting = desk.sources.sync("wiki")
    reader.recogniser = Watching(lambda: desk.sources.cancel(waiting.id))
    job = desk.runner.run(waiting.id)
    assert (job.state, desk.states(job)["c.md"]) == (JobState.CANCELLED, READY)
    desk.sync()
    assert set(desk.finds("dog")) == {"a-scan.pdf", "b-mixed.pdf"}


def test_a_folder_reads_its_scans_last_and_again(library: Library, reader: InlineReader, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(scan("Cats are welcome.", ("",)))
    (folder / "b.md").write_text("# Beta\n\nThe second animal is a panda.\n")
    assert library.ingest(folder).added == ["a.pdf", "b.md"]
    assert library.ingest(folder).unchanged == ["a.pdf", "b.md"]
    reader.recogniser = watching = Watching(lambda: library.search("panda", mode="dense")[0].document)
    (folder / "c.md").write_text("# Gamma\n\nThe third animal is a llama.\n")
    reader.names.clear()
    report = library.ingest(folder)
    assert (report.updated, report.added, reader.names) == (["a.pdf"], ["c.md"], ["a.pdf", "c.md", "a.pdf"])
    assert watching.saw == ["b.md"]
    assert [hit.document for hit in library.search("dog", mode="lexical")] == ["a.pdf"]
    assert library.ingest(folder).unchanged == ["a.pdf", "b.md", "c.md"]
