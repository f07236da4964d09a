"""One sync after the other of a source that changes: what is fetched, what is kept, what is gone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest
from holding import WIKI, Desk, Held

from knowledge.document import State
from knowledge.errors import SourceError
from knowledge.library import Library
from knowledge.sources.source import Entry, Gap
from knowledge.sync.job import DocumentState, JobState
from knowledge.testing.reader import InlineReader

READY, UNCHANGED, FAILED = DocumentState.READY, DocumentState.UNCHANGED, DocumentState.FAILED


@pytest.fixture
def held() -> Held:
    held = Held()
    held.put("a.md", "# Alpha\n\nThe first animal is a zebra.\n")
    held.put("b.md", "# Beta\n\nThe second animal is a panda.\n")
    return held


@pytest.fixture
def desk(library: Library, held: Held) -> Iterator[Desk]:
    desk = Desk(library, held)
    yield desk
    desk.runner.close()


def test_what_is_there_is_taken_in(desk: Desk) -> None:
    job = desk.sync()
    assert (job.state, job.error, job.finished, job.total) == (JobState.DONE, None, 2, 2)
    assert desk.states(job) == {"a.md": READY, "b.md": READY}
    assert desk.finds("zebra") == ["a.md"]
    assert desk.library.search("animal panda", mode="dense")[0].document == "b.md"
    assert {document.state for document in desk.library.documents()} == {State.READY}
    assert desk.changes == 1


def test_nothing_is_fetched_when_no_version_changed(desk: Desk) -> None:
    desk.sync()
    job = desk.sync()
    assert (job.state, job.total, job.unchanged, desk.held.fetched) == (JobState.DONE, 0, 2, [])
    assert desk.changes == 1
    deadline = monotonic() + 10  # a source is closed behind what it is doing
    while desk.held.closed < desk.held.opened and monotonic() < deadline:
        sleep(0.01)
    assert desk.held.opened == desk.held.closed


def test_only_what_changed_is_fetched(desk: Desk) -> None:
    desk.sync()
    desk.held.put("b.md", "# Beta\n\nThe second animal is a tapir.\n")
    job = desk.sync()
    assert (desk.held.fetched, desk.states(job), job.unchanged) == (["b.md"], {"b.md": READY}, 1)
    assert (desk.finds("panda"), desk.finds("tapir")) == ([], ["b.md"])
    assert desk.library.document("b.md").version == 2


def test_without_versions_contents_are_compared(desk: Desk) -> None:
    desk.held.versioned = False
    desk.sync()
    job = desk.sync()
    assert (desk.held.fetched, desk.states(job)) == (["a.md", "b.md"], {"a.md": UNCHANGED, "b.md": UNCHANGED})
    assert {document.version for document in desk.library.documents()} == {1}


def test_a_new_version_of_the_same_content_is_only_noted(desk: Desk, reader: InlineReader) -> None:
    desk.held.versioned = False
    desk.sync()
    desk.held.versioned = True
    reader.names.clear()
    assert set(desk.states(desk.sync()).values()) == {UNCHANGED}
    assert reader.names == []
    desk.sync()
    assert desk.held.fetched == []


def test_what_is_gone_is_forgotten(desk: Desk) -> None:
    desk.sync()
    del desk.held.files["a.md"]
    job = desk.sync()
    assert (desk.states(job), desk.names(), desk.finds("zebra")) == ({"a.md": DocumentState.REMOVED}, ["b.md"], [])


def test_a_source_that_is_empty_all_at_once_is_not_believed(desk: Desk) -> None:
    """A disk that is not mounted looks like a folder that somebody has emptied."""
    for number in range(8):
        desk.held.put(f"{number}.md", f"# Number {number}\n\nOne of ten.\n")
    desk.sync()
    desk.held.files.clear()
    job = desk.sync()
    assert (job.state, len(desk.names())) == (JobState.FAILED, 10)
    assert job.error is not None
    assert "`pilares sources sync wiki --whole`" in job.error
    assert desk.sync(whole=True).state == JobState.DONE
    assert desk.names() == []


def test_a_source_that_has_lost_most_of_its_documents_is_not_believed(desk: Desk) -> None:
    """What is new is taken in all the same; a folder that was moved or replaced is as large as before."""
    for number in range(28):
        desk.held.put(f"{number}.md", f"# Number {number}\n\nOne of {number} to thirty.\n")
    desk.sync()
    everything = dict(desk.held.files)
    desk.held.files = {"a.md": everything["a.md"]}
    desk.held.put("new.md", "# New\n\nAn okapi.\n")
    job = desk.sync()
    assert (job.state, desk.finds("okapi"), len(desk.names())) == (JobState.FAILED, ["new.md"], 31)
    assert job.error is not None
    assert job.error.startswith("wiki lists 2 documents where there were 30, so the 29 that are missing stay. ")
    desk.held.files = {name: everything[name] for name in list(everything)[:16]}
    assert (desk.sync().state, len(desk.names())) == (JobState.DONE, 16)
    for name in list(everything)[:16]:
        desk.held.put(f"other/{name}", f"# Other {name}\n\nSomething else.\n")
        del desk.held.files[name]
    assert (desk.sync().state, len(desk.names())) == (JobState.DONE, 16)


def test_every_part_that_could_not_be_listed_is_said(desk: Desk) -> None:
    """Pages of a site that do not answer are gaps of the whole site."""
    reasons = ["/a is too slow.", "/b leads inside the network.", "/a is too slow.", "/c is too large."]
    desk.held.gaps = [Gap("", reason) for reason in reasons]
    job = desk.sync()
    told = {row.name: row.error for row in desk.sources.documents(job.id, FAILED)}
    assert told == {"wiki": reasons[0], "wiki (2)": reasons[1], "wiki (3)": reasons[3]}
    desk.held.gaps = [Gap("", f"/{number} is too slow.") for number in range(1_000)]
    assert desk.sync().failed == 100


def test_what_lies_in_a_gap_does_not_make_a_loss_smaller(desk: Desk) -> None:
    for number in range(28):
        desk.held.put(f"{'shut/' if number % 2 else ''}{number}.md", f"# Number {number}\n\nOne of {number}.\n")
    desk.sync()
    desk.held.files.clear()
    desk.held.gaps = [Gap("shut/", "The folder shut/ cannot be listed.")]
    assert (desk.sync().state, len(desk.names())) == (JobState.FAILED, 30)


def test_nothing_is_forgotten_when_the_source_cannot_be_listed(desk: Desk) -> None:
    desk.sync()
    desk.held.error = SourceError("The wiki does not answer.")
    job = desk.sync()
    assert (job.state, job.error, desk.names()) == (JobState.FAILED, "The wiki does not answer.", ["a.md", "b.md"])


def test_a_source_that_breaks_is_told_and_the_next_job_runs(desk: Desk) -> None:
    desk.held.error = RuntimeError("a bug")
    job = desk.sync()
    assert job.state == JobState.FAILED
    assert job.error == "The sync stopped: a bug (RuntimeError)."
    desk.held.error = None
    assert desk.sync().state == JobState.DONE


def test_what_may_lie_in_a_gap_is_kept(desk: Desk) -> None:
    desk.held.put("secret/c.md", "# Gamma\n\nA llama.\n")
    desk.sync()
    del desk.held.files["secret/c.md"]
    del desk.held.files["a.md"]
    desk.held.gaps = [Gap("secret/", "The folder secret/ cannot be listed.")]
    job = desk.sync()
    assert desk.names() == ["b.md", "secret/c.md"]
    assert desk.states(job) == {"a.md": DocumentState.REMOVED, "secret/": FAILED}
    desk.held.files.clear()
    desk.held.gaps = [Gap("", "Nothing could be listed.")]
    assert desk.states(desk.sync()) == {"wiki": FAILED}
    desk.held.gaps = [Gap("", "")]  # as it should be
    assert desk.states(desk.sync()) == {}
    assert desk.names() == ["b.md", "secret/c.md"]


def test_a_renamed_document_stays_the_same_document(desk: Desk) -> None:
    desk.sync()
    before = desk.library.document("a.md")
    passages = [passage.chunk_id for passage in desk.library.passages_of(before.id)]
    desk.held.files["new/z.md"] = desk.held.files.pop("a.md")
    job = desk.sync()
    after = desk.library.document("new/z.md")
    assert desk.states(job) == {"new/z.md": DocumentState.RENAMED}
    assert (after.id, after.version, after.added_at) == (before.id, before.version, before.added_at)
    assert [passage.chunk_id for passage in desk.library.passages_of(after.id)] == passages
    assert desk.names() == ["b.md", "new/z.md"]
    assert desk.sync().total == 0  # the new name's version is known


def test_a_renamed_document_is_changed_and_removed_under_its_new_name(desk: Desk) -> None:
    desk.sync()
    kept = desk.library.document("a.md").id
    desk.held.files["z.md"] = desk.held.files.pop("a.md")
    desk.sync()
    desk.held.put("z.md", "# Alpha\n\nNow it is a quagga.\n")
    desk.sync()
    assert (desk.library.document("z.md").id, desk.finds("quagga")) == (kept, ["z.md"])
    del desk.held.files["z.md"]
    desk.sync()
    assert desk.names() == ["b.md"]


def test_the_former_name_of_a_renamed_document_can_be_used_again(desk: Desk) -> None:
    desk.sync()
    desk.held.files["z.md"] = desk.held.files.pop("a.md")
    desk.sync()
    desk.held.put("a.md", "# Alpha\n\nAn okapi.\n")
    desk.sync()
    assert (desk.finds("zebra"), desk.finds("okapi"), desk.names()) == (["z.md"], ["a.md"], ["a.md", "b.md", "z.md"])
    desk.held.put("a.md", "# Alpha\n\nA gnu.\n")
    desk.sync()
    assert (desk.finds("okapi"), desk.finds("gnu"), desk.finds("zebra")) == ([], ["a.md"], ["z.md"])
    assert len({document.id for document in desk.library.documents()}) == 3


def test_a_title_that_was_the_files_name_follows_a_rename(desk: Desk) -> None:
    desk.held.put("plan-2025.txt", "Many words about a budget.\n")
    desk.sync()
    kept = desk.library.document("plan-2025.txt").id
    desk.held.files["plan-2026.txt"] = desk.held.files.pop("plan-2025.txt")
    desk.sync()
    document = desk.library.document("plan-2026.txt")
    assert (document.id, document.title, document.state) == (kept, "plan-2026", State.READY)
    assert desk.library.verify().findings == ()


def test_a_copy_is_no_rename(desk: Desk) -> None:
    desk.sync()
    desk.held.files["copy.md"] = desk.held.files["a.md"]
    assert desk.states(desk.sync()) == {"copy.md": READY}
    assert desk.names() == ["a.md", "b.md", "copy.md"]


def test_another_ending_is_another_document(desk: Desk) -> None:
    desk.sync()
    desk.held.files["a.txt"] = desk.held.files.pop("a.md")
    assert desk.states(desk.sync()) == {"a.md": DocumentState.REMOVED, "a.txt": READY}


def test_one_document_that_cannot_be_fetched_does_not_stop_the_others(desk: Desk) -> None:
    desk.held.broken = {"a.md": SourceError("a.md: the server does not answer."), "b.md": ValueError("a bug")}
    desk.held.put("c.md", "# Gamma\n\nA llama.\n")
    job = desk.sync()
    assert job.state == JobState.DONE
    errors = {row.name: row.error for row in desk.sources.documents(job.id)}
    assert errors == {
        "a.md": "a.md: the server does not answer.",
        "b.md": "b.md could not be fetched (ValueError). Try again later.",
        "c.md": None,
    }
    assert desk.library.document("a.md").error == errors["a.md"]
    desk.held.broken = {}
    assert desk.states(desk.sync()) == {"a.md": READY, "b.md": READY}


def test_what_was_there_stays_while_its_new_version_cannot_be_fetched(desk: Desk) -> None:
    desk.sync()
    desk.held.put("a.md", "# Alpha\n\nA tapir.\n")
    desk.held.broken = {"a.md": SourceError("The server does not answer.")}
    assert desk.states(desk.sync()) == {"a.md": FAILED}
    assert desk.finds("zebra") == ["a.md"]
    assert desk.library.document("a.md").error == "The server does not answer."
    desk.held.broken = {}
    desk.sync()
    assert (desk.finds("tapir"), desk.library.document("a.md").error) == (["a.md"], None)


def test_what_cannot_be_read_is_not_fetched_again_until_it_changes_or_is_asked_for(desk: Desk) -> None:
    desk.held.files["bad.pdf"] = b"this is no PDF"
    job = desk.sync()
    assert desk.states(job)["bad.pdf"] == FAILED
    again = desk.sync()
    assert (desk.held.fetched, desk.states(again)) == ([], {"bad.pdf": FAILED})
    (row,) = desk.sources.documents(again.id)
    assert row.error == desk.library.document("bad.pdf").error
    desk.held.fetched.clear()
    retried = desk.runner.run(desk.sources.retry(again.id).id)
    assert (desk.held.fetched, desk.states(retried), retried.retry_of) == (["bad.pdf"], {"bad.pdf": FAILED}, again.id)


def test_a_version_that_cannot_be_read_leaves_the_one_before_and_is_forgotten_with_it(desk: Desk) -> None:
    desk.sync()
    good = desk.held.files["a.md"]
    desk.held.files["a.md"] = b"\x00\x01\x02" * 50
    desk.sync()
    assert (desk.finds("zebra"), bool(desk.library.document("a.md").error)) == (["a.md"], True)
    desk.sync()
    assert desk.held.fetched == []
    desk.held.files["a.md"] = good
    desk.sync()
    assert desk.library.document("a.md").error is None


def test_too_large_entries_are_not_fetched(desk: Desk) -> None:
    desk.held.put("big.md", "Big.")
    desk.held.entries["big.md"] = Entry("big.md", size=10**9)
    job = desk.sync()
    assert desk.states(job)["big.md"] == FAILED
    assert "big.md" not in desk.held.fetched
    assert "too large" in str(desk.library.document("big.md").error)


def test_contents_larger_than_told_are_refused(desk: Desk) -> None:
    desk.held.put("big.md", "word " * 30_000)
    desk.held.entries["big.md"] = Entry("big.md", size=10)
    assert "too large" in str({row.name: row.error for row in desk.sources.documents(desk.sync().id)}["big.md"])


def test_types_that_are_not_read_are_passed_over(desk: Desk) -> None:
    desk.held.files["photo.jpeg"] = b"\xff\xd8\xff"
    job = desk.sync()
    assert (job.skipped, desk.names(), "photo.jpeg" in desk.held.fetched) == (1, ["a.md", "b.md"], False)


def test_names_are_cleaned_and_must_differ(desk: Desk) -> None:
    desk.held.files = {"a\u202e.md": b"# One\n\nA zebra.\n", "a.md": b"# Two\n\nA panda.\n"}
    desk.held.put("x" * 1_500 + ".md", "# Long")
    job = desk.sync()
    assert desk.names() == ["a.md"]
    assert sorted(desk.states(job).values()) == [FAILED, FAILED, READY]


def test_groups_are_those_of_the_entry_or_of_the_source_and_nobody_without(library: Library, held: Held) -> None:
    held.entries["a.md"] = Entry("a.md", groups=frozenset({"hr"}))
    desk = Desk(library, held, WIKI.model_copy(update={"groups": None}))
    desk.sync()
    assert [library.document(name).audience for name in ("a.md", "b.md")] == [("hr",), ()]
    assert library.search("panda", mode="lexical") == []
    desk = Desk(library, held, WIKI.model_copy(update={"groups": ("sales",), "tags": ("animals",)}))
    held.entries["a.md"] = Entry("a.md", groups=frozenset({"board"}), url="https://wiki.example/a")
    job = desk.sync()
    assert (held.fetched, job.unchanged) == ([], 2)
    assert [library.document(name).audience for name in ("a.md", "b.md")] == [("board",), ("sales",)]
    with library.workshop.database.read() as connection:
        assert connection.exec_driver_sql("SELECT DISTINCT tag FROM tags").scalars().all() == ["animals"]
        assert connection.exec_driver_sql("SELECT url FROM documents WHERE name = 'a.md'").scalar()
    assert library.search("panda", mode="lexical", groups={"hr"}) == []
    assert library.search("panda", mode="lexical", groups={"sales"})


def test_the_tags_of_a_source_follow_it_and_those_that_somebody_set_stay(library: Library, held: Held) -> None:
    tagged = WIKI.model_copy(update={"tags": ("Animals", "zoo")})
    desk = Desk(library, held, tagged)
    desk.sync()
    assert library.document("a.md").tags == ("animals", "zoo")
    library.set_tags("a.md", ["mine", "zoo"])
    held.files["a.md"] = b"# A\n\nAnother text about a zebra."
    desk.sync()
    assert library.document("a.md").tags == ("animals", "mine", "zoo")
    Desk(library, held, WIKI).sync()
    assert [library.document(name).tags for name in ("a.md", "b.md")] == [("mine", "zoo"), ()]


def test_groups_follow_also_when_the_new_content_cannot_be_read(desk: Desk) -> None:
    desk.sync()
    desk.held.files["a.md"] = b"\x00\x01\x02" * 50
    desk.held.entries["a.md"] = Entry("a.md", groups=frozenset())
    desk.sync()
    assert desk.library.document("a.md").audience == ()
    assert desk.finds("zebra") == []


def test_a_whole_sync_fetches_everything(desk: Desk) -> None:
    desk.sync()
    assert set(desk.states(desk.sync(whole=True)).values()) == {UNCHANGED}
    assert desk.held.fetched == ["a.md", "b.md"]


def test_documents_of_other_sources_are_left_alone(desk: Desk, folder: Path) -> None:
    (folder / "c.md").write_text("# Gamma\n\nA llama.\n")
    desk.library.ingest(folder)
    desk.library.add_upload("d.md", b"# Delta\n\nAn emu.\n")
    desk.sync()
    desk.held.files.clear()
    desk.sync()
    assert sorted(desk.names()) == ["c.md", "d.md"]


def test_a_folder_keeps_renamed_documents(library: Library, folder: Path) -> None:
    (folder / "a.md").write_text("# Alpha\n\nA zebra.\n")
    (folder / "b.md").write_text("# Beta\n\nA panda.\n")
    library.ingest(folder)
    before = library.document("a.md")
    (folder / "a.md").rename(folder / "z.md")
    report = library.ingest(folder)
    assert (report.updated, report.removed, report.added) == (["z.md"], [], [])
    after = library.document("z.md")
    assert replace(after, name="a.md", modified_at=before.modified_at, updated_at=before.updated_at) == before
    (folder / "a.md").write_text("# Alpha\n\nAn okapi.\n")
    assert library.ingest(folder).added == ["a.md"]
    assert len(library.documents()) == 3
    assert library.verify().findings == ()
    assert library.ingest(folder).unchanged == ["a.md", "b.md", "z.md"]
