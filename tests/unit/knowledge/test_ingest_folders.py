import os
import time
from pathlib import Path

import pytest

from knowledge.document import State
from knowledge.errors import ReaderStopped, SourceError
from knowledge.ingest.report import Progress
from knowledge.library import Library
from knowledge.parse.document import ParsedDocument
from knowledge.testing.reader import InlineReader


def write(folder: Path, name: str, text: str, *, age: float = 60) -> Path:
    """A file last changed `age` seconds ago."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    changed = time.time() - age
    os.utime(path, (changed, changed))
    return path


def found(library: Library, question: str) -> list[str]:
    return [passage.document for passage in library.search(question, mode="lexical")]


def test_a_folder(library: Library, folder: Path) -> None:
    write(folder, "refunds.md", "# Refunds\n\nMoney back within thirty days.")
    write(folder, "es/envios.md", "# Envíos\n\nEnviamos a todas las islas.")
    write(folder, "logo.png", "x")
    report = library.ingest(folder)
    assert (report.added, report.skipped, report.failed) == (["es/envios.md", "refunds.md"], ["logo.png"], [])
    assert report.tokens > 0
    documents = library.documents()
    assert [(each.name, each.title, each.state, each.version) for each in documents] == [
        ("es/envios.md", "Envíos", State.READY, 1),
        ("refunds.md", "Refunds", State.READY, 1),
    ]
    assert found(library, "money back") == ["refunds.md"]


def test_unchanged_files_are_not_even_read(library: Library, folder: Path, reader: InlineReader) -> None:
    write(folder, "a.md", "Some words.")
    library.ingest(folder)
    reader.names.clear()
    report = library.ingest(folder)
    assert (report.unchanged, report.added, report.tokens, reader.names) == (["a.md"], [], 0, [])


def test_a_touched_file_is_recognised_by_its_content(library: Library, folder: Path, reader: InlineReader) -> None:
    write(folder, "a.md", "Some words.")
    library.ingest(folder)
    reader.names.clear()
    write(folder, "a.md", "Some words.", age=30)
    assert library.ingest(folder).unchanged == ["a.md"]
    assert reader.names == []
    assert library.document("a.md").version == 1


def test_a_change_within_the_clock_tick_of_the_ingest_is_seen(library: Library, folder: Path) -> None:
    path = write(folder, "a.md", "Version 1.", age=0)
    stamp = path.stat().st_mtime_ns
    library.ingest(folder)
    path.write_text("Version 2.")
    os.utime(path, ns=(stamp, stamp))
    assert library.ingest(folder).updated == ["a.md"]


def test_a_changed_file_is_replaced(library: Library, folder: Path) -> None:
    write(folder, "a.md", "The fee is ten euros.")
    library.ingest(folder)
    first = library.document("a.md")
    write(folder, "a.md", "The fee is twelve dollars.", age=10)
    report = library.ingest(folder)
    second = library.document("a.md")
    assert report.updated == ["a.md"]
    assert (second.id, second.version, second.added_at) == (first.id, 2, first.added_at)
    assert second.sha256 != first.sha256
    assert found(library, "euros") == []
    assert found(library, "dollars") == ["a.md"]


def test_only_changed_chunks_are_embedded_again(library: Library, folder: Path) -> None:
    sections = [f"## Section {number}\n\n{f'word{number} ' * 100}.\n" for number in range(5)]
    write(folder, "a.md", "# Book\n\n" + "\n".join(sections))
    everything = library.ingest(folder).tokens
    sections.insert(0, f"## New\n\n{'news ' * 100}.\n")
    write(folder, "a.md", "# Book\n\n" + "\n".join(sections), age=10)
    assert 0 < library.ingest(folder).tokens < everything / 2
    assert library.stats().vectors == library.stats().chunks


def test_a_removed_file_disappears_with_the_next_ingest_of_its_folder(library: Library, folder: Path) -> None:
    write(folder, "a.md", "Alpha words.")
    write(folder, "sub/b.md", "Beta words.")
    library.ingest(folder)
    (folder / "sub/b.md").unlink()
    library.ingest(folder / "a.md")
    assert len(library.documents()) == 2
    report = library.ingest(folder)
    assert (report.removed, report.unchanged) == (["sub/b.md"], ["a.md"])
    assert found(library, "beta") == []
    assert library.stats().chunks == 1


def test_a_folder_that_is_empty_all_at_once_is_not_believed(library: Library, folder: Path, tmp_path: Path) -> None:
    """A disk that is not mounted looks like a folder that somebody has emptied; other folders are as they are."""
    other = tmp_path / "other"
    for number in range(12):
        write(folder, f"{number}.md", f"Words of number {number}.")
        write(other, f"{number}.md", f"Other words, of {number}.")
    library.ingest([folder, other])
    for each in [*folder.iterdir(), other / "3.md"]:
        each.unlink()
    report = library.ingest([folder, other])
    assert (report.removed, len(library.documents())) == (["3.md"], 23)
    (failure,) = report.failed
    assert failure.document == str(folder)
    assert failure.reason.startswith(
        f"{folder} holds no documents where there were 12, so the 12 that are missing stay."
    )
    assert "--forget-gone" in failure.reason
    assert len(library.ingest(folder, forget_gone=True).removed) == 12
    assert len(library.documents()) == 11


def test_a_folder_whose_files_were_all_moved_is_believed(library: Library, folder: Path) -> None:
    for number in range(12):
        write(folder, f"{number}.md", f"Words of number {number}.")
    library.ingest(folder)
    for number in range(12):
        (folder / f"{number}.md").unlink()
        write(folder, f"new/{number}.md", f"Very different: {number}.")
    assert len(library.ingest(folder).removed) == 12


def test_removing_from_one_folder_leaves_other_sources_alone(library: Library, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(folder, "a.md", "Alpha words.")
    write(other, "b.md", "Beta words.")
    library.ingest([folder, other])
    library.add_upload("c.md", b"Gamma words.")
    (folder / "a.md").unlink()
    assert library.ingest(folder).removed == ["a.md"]
    assert [each.name for each in library.documents()] == ["b.md", "c.md"]


def test_documents_below_a_folder_that_cannot_be_listed_now_are_kept(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "sub/b.md", "Beta words.")
    library.ingest(folder)
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = library.ingest(folder)
    assert report.removed == []
    assert len(report.failed) == 1
    assert found(library, "beta") == ["sub/b.md"]


def test_a_single_file_is_the_same_document_as_in_its_folder(library: Library, folder: Path) -> None:
    write(folder, "sub/a.md", "Alpha words.")
    library.ingest(folder)
    assert library.ingest(folder / "sub/a.md").unchanged == ["sub/a.md"]
    assert len(library.documents()) == 1


def test_a_file_taken_alone_first_is_adopted_by_its_folder(library: Library, folder: Path) -> None:
    write(folder, "a.md", "Alpha words.")
    library.ingest(folder / "a.md")
    assert library.ingest(folder).unchanged == ["a.md"]
    (folder / "a.md").unlink()
    assert library.ingest(folder).removed == ["a.md"]


def test_failures_are_reported_and_the_rest_goes_on(library: Library, folder: Path) -> None:
    write(folder, "empty.md", "")
    write(folder, "fake.pdf", "not a PDF")
    write(folder, "huge.txt", "x" * 200_000)
    write(folder, "good.md", "Good words.")
    report = library.ingest(folder)
    assert report.added == ["good.md"]
    assert {failure.document: failure.reason.split(".")[0] for failure in report.failed} == {
        "empty.md": "empty",
        "fake.pdf": "fake",
        "huge.txt": "huge",
    }
    failed = [each for each in library.documents() if each.state is State.FAILED]
    assert [each.name for each in failed] == ["empty.md", "fake.pdf", "huge.txt"]
    assert failed[0].error is not None
    assert library.stats().documents == 1
    assert library.stats().failed == 3


def test_a_failure_is_not_tried_again_until_the_file_changes(
    library: Library, folder: Path, reader: InlineReader
) -> None:
    write(folder, "a.pdf", "not a PDF")
    library.ingest(folder)
    reader.names.clear()
    report = library.ingest(folder)
    assert reader.names == []
    assert "not the PDF file" in report.failed[0].reason
    write(folder, "a.pdf", "still not a PDF", age=10)
    library.ingest(folder)
    assert reader.names == ["a.pdf"]


def test_a_file_given_up_for_lack_of_time_is_tried_again(
    library: Library, folder: Path, reader: InlineReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(name: str, data: bytes, *, scans: bool) -> ParsedDocument:
        raise ReaderStopped(f"{name} took longer.")

    write(folder, "a.md", "Words.")
    with monkeypatch.context() as patched:
        patched.setattr(reader, "read", give_up)
        assert len(library.ingest(folder).failed) == 1
    report = library.ingest(folder)
    assert (report.added, report.failed) == (["a.md"], [])
    assert library.document("a.md").error is None


def test_what_was_readable_stays_found_when_its_newer_content_is_not(library: Library, folder: Path) -> None:
    write(folder, "a.md", "The old words.")
    library.ingest(folder)
    write(folder, "a.md", "", age=10)
    report = library.ingest(folder)
    assert "empty" in report.failed[0].reason
    document = library.document("a.md")
    assert document.state is State.READY
    assert "empty" in (document.error or "")
    assert found(library, "old words") == ["a.md"]
    write(folder, "a.md", "The newest words.", age=5)
    library.ingest(folder)
    assert library.document("a.md").error is None


def test_a_new_audience_counts_without_reading_again(library: Library, folder: Path, reader: InlineReader) -> None:
    write(folder, "a.md", "Alpha words.")
    library.ingest(folder)
    reader.names.clear()
    report = library.ingest(folder, audience=["board"])
    assert report.updated == ["a.md"]
    assert reader.names == []
    assert library.document("a.md").audience == ("board",)
    assert found(library, "alpha") == []


def test_two_files_of_one_name_in_one_source(library: Library, folder: Path) -> None:
    write(folder, "one/a.md", "Alpha.")
    write(folder, "two/a.md", "Beta.")
    report = library.ingest([folder / "one", folder / "two"], source="mine")
    assert report.added == ["a.md"]
    assert "have the same name" in report.failed[0].reason


def test_the_same_path_twice_counts_once(library: Library, folder: Path) -> None:
    write(folder, "a.md", "Alpha.")
    report = library.ingest([folder, folder, folder / "a.md"])
    assert (report.added, report.failed) == (["a.md"], [])


def test_a_missing_path_changes_nothing(library: Library, folder: Path) -> None:
    write(folder, "a.md", "Alpha.")
    with pytest.raises(SourceError):
        library.ingest([folder, folder / "missing"])
    assert library.documents() == []


def test_progress_is_told_for_each_document(library: Library, folder: Path) -> None:
    for number in range(3):
        write(folder, f"{number}.md", f"Words {number}.")
    write(folder, "bad.pdf", "x")
    steps: list[Progress] = []
    library.ingest(folder, progress=steps.append)
    assert [(step.document, step.number, step.total) for step in steps if step.stage == "words"] == [
        ("0.md", 1, 4),
        ("1.md", 2, 4),
        ("2.md", 3, 4),
    ]
    assert {step.document for step in steps if step.stage == "vectors"} == {"0.md", "1.md", "2.md"}
    assert [step.document for step in steps if step.stage == "failed"] == ["bad.pdf"]


def test_a_document_is_found_by_words_before_its_vectors_are_there(library: Library, folder: Path) -> None:
    write(folder, "a.md", "Alpha words.")
    seen: list[tuple[str, State, list[str]]] = []

    def look(step: Progress) -> None:
        seen.append((step.stage, library.document("a.md").state, found(library, "alpha")))

    library.ingest(folder, progress=look)
    assert seen == [("words", State.WORDS, ["a.md"]), ("vectors", State.READY, ["a.md"])]


def test_a_folder_that_gets_another_source_moves_there(library: Library, folder: Path) -> None:
    write(folder, "a.md", "Alpha words.")
    library.ingest(folder)
    report = library.ingest(folder, source="handbook")
    assert (report.added, report.removed) == (["a.md"], ["a.md"])
    assert [(each.source, each.name) for each in library.documents()] == [("handbook", "a.md")]
