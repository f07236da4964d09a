"""Jobs: queue, cancel, retry, schedule, watching, taking up after a restart."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from holding import WIKI, Desk, Held, HeldSource

from knowledge.errors import JobNotFound, SourceError, SourceNotFound
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.sources.config import SourceConfig
from knowledge.sources.source import Entry
from knowledge.store import jobs
from knowledge.store import sources as stored
from knowledge.sync import schedule
from knowledge.sync.job import DocumentState, Job, JobState
from knowledge.sync.runner import Runner
from knowledge.sync.sources import Sources

NEWS = SourceConfig(name="news", kind="held", groups=("everyone",))


@pytest.fixture
def held() -> Held:
    held = Held()
    for number in range(6):
        held.put(f"{number}.md", f"# Document {number}\n\nIts word is zebra{number}.\n")
    return held


@pytest.fixture
def desk(library: Library, held: Held) -> Iterator[Desk]:
    desk = Desk(library, held)
    yield desk
    desk.runner.close()


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Gate(HeldSource):
    """Gives its third document only when told to."""

    def __init__(self, held: Held, reached: Event, go: Event) -> None:
        super().__init__(held)
        self._reached, self._go = reached, go

    def fetch(self, entry: Entry) -> bytes:
        if entry.name == "3.md":
            self._reached.set()
            self._go.wait(20)
        return super().fetch(entry)


@pytest.fixture
def gated(library: Library, held: Held) -> Iterator[tuple[Desk, Event, Event]]:
    reached, go = Event(), Event()
    desk = Desk(library, held)
    desk.runner = Runner(library.workshop, desk.sources, lambda _: Gate(held, reached, go))
    yield desk, reached, go
    go.set()
    desk.runner.close()


def test_a_cancelled_job_ends_soon_and_keeps_what_it_did(gated: tuple[Desk, Event, Event]) -> None:
    desk, reached, _ = gated
    job = desk.sources.sync("wiki")
    worker = Thread(target=desk.runner.run, args=(job.id,))
    worker.start()
    assert reached.wait(20)
    until(lambda: len(desk.names()) == 3)
    began = time.monotonic()
    assert desk.sources.cancel(job.id).cancelling
    worker.join(10)
    assert time.monotonic() - began < 2
    ended = desk.sources.job(job.id)
    assert (ended.state, ended.failed) == (JobState.CANCELLED, 0)
    assert desk.names() == ["0.md", "1.md", "2.md"]
    assert desk.sources.cancel(job.id) == ended


def test_a_retried_job_goes_on_where_the_cancelled_one_stopped(gated: tuple[Desk, Event, Event]) -> None:
    desk, reached, go = gated
    job = desk.sources.sync("wiki")
    worker = Thread(target=desk.runner.run, args=(job.id,))
    worker.start()
    assert reached.wait(20)
    until(lambda: len(desk.names()) == 3)
    with pytest.raises(SourceError, match="pilares jobs cancel"):
        desk.sources.retry(job.id)
    desk.sources.cancel(job.id)
    worker.join(10)
    go.set()
    desk.held.fetched.clear()
    again = desk.runner.run(desk.sources.retry(job.id).id)
    assert (again.state, again.cause, again.unchanged) == (JobState.DONE, "retry", 3)
    assert [name for name in desk.held.fetched if name in ("0.md", "1.md", "2.md")] == []
    assert len(desk.names()) == 6


def test_a_waiting_job_is_cancelled_at_once(desk: Desk) -> None:
    job = desk.sources.sync("wiki")
    assert desk.sources.cancel(job.id).state == JobState.CANCELLED
    assert desk.runner.run(job.id).state == JobState.CANCELLED
    assert desk.names() == []


def test_closing_leaves_the_job_to_the_next_process(gated: tuple[Desk, Event, Event]) -> None:
    desk, reached, go = gated
    job = desk.sources.sync("wiki")
    desk.runner.start()
    assert reached.wait(20)
    until(lambda: len(desk.names()) == 3)
    began = time.monotonic()
    desk.runner.close()
    assert time.monotonic() - began < 3
    assert desk.sources.job(job.id).state == JobState.WAITING
    go.set()
    desk.held.fetched.clear()
    next_one = Desk(desk.library, desk.held)
    ended = next_one.runner.run(job.id)
    assert (ended.state, ended.total, next_one.names()) == (JobState.DONE, 6, [f"{n}.md" for n in range(6)])
    assert set(next_one.states(ended).values()) == {DocumentState.READY}
    assert not {"0.md", "1.md", "2.md"} & set(desk.held.fetched)


def test_a_job_taken_up_does_not_fetch_again_what_has_no_version(library: Library, held: Held) -> None:
    held.versioned = False
    desk = Desk(library, held)
    job = desk.sources.sync("wiki")
    desk.runner.run(job.id)
    with library.workshop.database.write() as connection:  # as a kill before the last word leaves it
        jobs.change(connection, job.id, state="running", finished_at=None)
        connection.exec_driver_sql("UPDATE job_documents SET state = 'reading' WHERE name = '5.md'")
    held.fetched.clear()
    desk = Desk(library, held)
    assert desk.runner.run(job.id).state == JobState.DONE
    assert held.fetched == ["5.md"]


def test_a_source_waits_once_only(desk: Desk) -> None:
    first = desk.sources.sync("wiki")
    assert desk.sources.sync("wiki").id == first.id
    assert desk.sources.sync("wiki", whole=True).id != first.id


def test_jobs_run_one_after_the_other(library: Library, held: Held) -> None:
    desk = Desk(library, held, WIKI, NEWS)
    made = [desk.sources.sync(name) for name in ("wiki", "news")]
    desk.runner.start()
    until(lambda: not any(job.open for job in desk.sources.jobs()))
    desk.runner.close()
    one, two = (desk.sources.job(job.id) for job in made)
    assert one.finished_at is not None
    assert two.started_at is not None
    assert one.finished_at <= two.started_at
    assert len(library.documents()) == 12


def test_the_history_is_bounded(desk: Desk) -> None:
    ids = [desk.sync().id for _ in range(jobs.KEPT + 3)]
    kept = [job.id for job in desk.sources.jobs("wiki")]
    assert kept == sorted(ids, reverse=True)[: jobs.KEPT]
    with desk.library.workshop.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM job_documents").scalar()
    assert rows == 0  # those of the first job went with it
    with pytest.raises(JobNotFound, match="pilares jobs list"):
        desk.sources.job(ids[0])


def test_sources_of_the_file_and_of_run_time(desk: Desk) -> None:
    with pytest.raises(SourceError, match=r"pilares\.toml"):
        desk.sources.add(WIKI)
    desk.sources.add(NEWS)
    assert [(each.name, each.fixed) for each in desk.sources.list()] == [("news", False), ("wiki", True)]
    desk.sync("news")
    assert len(desk.names()) == 6
    desk.sync()
    with pytest.raises(SourceError, match="Take it out there"):
        desk.sources.remove("wiki")
    assert desk.sources.remove("news") == 6
    assert len(desk.names()) == 6
    assert [each.name for each in desk.sources.list()] == ["wiki"]
    assert desk.sources.jobs("news") == []
    for attempt in (desk.sources.remove, desk.sources.sync, desk.sources.config):
        with pytest.raises(SourceNotFound, match="pilares sources list"):
            attempt("news")


def test_sources_of_run_time_are_kept(library: Library, held: Held) -> None:
    Desk(library, held).sources.add(NEWS)
    desk = Desk(library, held)
    assert desk.sources.config("news") == NEWS
    changed = NEWS.model_copy(update={"every_minutes": 5.0})
    desk.sources.add(changed)
    assert desk.sources.config("news") == changed
    of_the_file = Sources(library.workshop, [NEWS.model_copy(update={"kind": "other"})])
    assert of_the_file.config("news").kind == "other"


def test_a_source_that_left_the_file_keeps_its_documents_until_it_is_removed(library: Library, held: Held) -> None:
    Desk(library, held).sync()
    without = Desk(library, held, NEWS)
    (news, wiki) = without.sources.list()
    assert (wiki.config, wiki.documents, news.documents) == (None, 6, 0)
    with pytest.raises(SourceNotFound):
        without.sources.sync("wiki")
    assert without.sources.remove("wiki") == 6
    assert library.documents() == []


def test_documents_that_came_another_way_are_not_taken_over(library: Library, held: Held, folder: Path) -> None:
    (folder / "x.md").write_text("# X\n\nWords.\n")
    library.ingest(folder, source="wiki")
    desk = Desk(library, held)
    with pytest.raises(SourceError, match="another name"):
        desk.sources.sync("wiki")
    for name in ("uploads", "conversations", "texts", "samples"):
        with pytest.raises(SourceError, match="another name"):
            desk.sources.add(NEWS.model_copy(update={"name": name}))


def test_the_schedule_does_not_take_them_over_either(library: Library, held: Held, folder: Path) -> None:
    (folder / "x.md").write_text("# X\n\nWords.\n")
    library.ingest(folder, source="wiki")
    desk = Desk(library, held, WIKI.model_copy(update={"every_minutes": 0.001}), NEWS)
    desk.runner.start()
    until(lambda: not desk.runner._sources.wanted.is_set())
    desk.sources.sync("news")
    until(lambda: [job.state for job in desk.sources.jobs()] == [JobState.DONE])
    time.sleep(0.3)
    desk.runner.close()
    assert [job.source for job in desk.sources.jobs()] == ["news"]
    assert "x.md" in desk.names()


def test_a_source_is_stopped_before_it_is_removed(library: Library, held: Held) -> None:
    reached, go = Event(), Event()
    desk = Desk(library, held, WIKI)
    desk.sources.add(NEWS)
    desk.runner = Runner(library.workshop, desk.sources, lambda _: Gate(held, reached, go))
    desk.sources.sync("news")
    desk.runner.start()
    assert reached.wait(20)
    desk.sources.remove("news")
    assert (desk.names(), desk.sources.jobs()) == ([], [])
    go.set()
    desk.runner.close()
    assert desk.names() == []


def test_the_schedule_runs_sources_and_survives_restarts(library: Library, held: Held) -> None:
    every = WIKI.model_copy(update={"every_minutes": 60.0})
    desk = Desk(library, held, every)
    desk.runner.start()
    until(lambda: desk.sources.list()[0].next_at)
    first = desk.sources.list()[0].next_at
    assert first is not None
    assert first < datetime.now(UTC) + timedelta(seconds=31)
    desk.runner.close()
    with library.workshop.database.write() as connection:
        stored.change(connection, "wiki", next_at=time.time() - 1)
    desk = Desk(library, held, every)
    desk.runner.start()
    until(lambda: desk.sources.jobs() and not desk.sources.jobs()[0].open)
    desk.runner.close()
    (job,) = desk.sources.jobs()
    assert (job.cause, job.state) == ("schedule", JobState.DONE)
    again = desk.sources.list()[0].next_at
    assert again is not None
    assert timedelta(minutes=53) < again - datetime.now(UTC) < timedelta(minutes=67)


def test_a_source_that_keeps_failing_is_asked_less_often(desk: Desk) -> None:
    desk.held.error = SourceError("The wiki does not answer.")
    desk.sync()
    desk.sync()
    assert desk.sources.list()[0].failures == 2
    desk.held.error = None
    desk.sync()
    assert desk.sources.list()[0].failures == 0
    waits = [schedule.following(0, 10, failures) / 60 for failures in range(20)]
    assert 9 <= waits[0] <= 11
    assert 36 <= waits[2] <= 44
    assert 23 * 60 * 0.9 < waits[19] <= 24 * 60 * 1.1
    assert schedule.following(0, 60 * 24 * 7, 3) >= 0.9 * 7 * 24 * 3600


def test_a_source_that_notices_changes_is_synced(library: Library, held: Held) -> None:
    changed = Event()

    class Watched(HeldSource):
        def changes(self, stop: Event) -> Iterator[None]:
            while not stop.is_set():
                if changed.wait(0.05):
                    changed.clear()
                    yield None

    desk = Desk(library, held)
    desk.runner = Runner(library.workshop, desk.sources, lambda _: Watched(held))
    desk.runner.start()
    time.sleep(0.1)
    assert desk.sources.jobs() == []
    changed.set()
    until(lambda: len(desk.names()) == 6)
    desk.runner.close()
    assert desk.sources.jobs()[0].cause == "change"


def test_the_vectors_a_cancelled_job_left_out_come_when_nothing_else_is_to_do(desk: Desk) -> None:
    desk.sync()
    with desk.library.workshop.database.write() as connection:
        connection.exec_driver_sql("UPDATE chunks SET vector = NULL")
        connection.exec_driver_sql("UPDATE documents SET state = 'words'")
    desk.runner.start()
    until(lambda: desk.library.stats().vectors == 6)


def test_the_time_left_is_told_by_the_pace_so_far() -> None:
    now = datetime.now(UTC)
    job = Job(
        1, "wiki", JobState.RUNNING, "asked", now, begun_at=now - timedelta(seconds=30), begun_with=2,
        counts={DocumentState.READY: 7, DocumentState.FAILED: 1, DocumentState.WAITING: 10},
    )  # fmt: skip
    assert (job.finished, job.total, job.seconds_left(now)) == (8, 18, 50.0)


def test_two_sources_of_the_file_have_two_names() -> None:
    with pytest.raises(ValueError, match="wiki"):
        KnowledgeSettings(sources=(WIKI, WIKI))
