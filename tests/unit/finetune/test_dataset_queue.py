"""The queue: what comes in waits, is decided on, and goes when its person does."""

import sqlite3
from pathlib import Path

import pytest

import finetune.queue as module
from finetune.errors import DatasetNotFound, NotWritten
from finetune.examples import Origin
from finetune.queue import Queue
from finetune.testing.examples import an_example, many

ROWS = many(6)
IDS = [each.id for each in ROWS]


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "finetune" / "examples.db")


def test_rows_come_in_once(queue: Queue) -> None:
    assert queue.rows() == []
    assert queue.add(ROWS[:4], "proposed", {IDS[0]: "wrong"}) == IDS[:4]
    assert queue.add(ROWS, "accepted") == IDS[4:]
    assert [each.example for each in queue.rows("proposed")] == ROWS[:4]
    assert [each.state for each in queue.rows()] == ["proposed"] * 4 + ["accepted"] * 2
    assert queue.rows()[0].note == "wrong"


def test_decisions_are_kept_with_who_took_them(queue: Queue) -> None:
    queue.add(ROWS, "proposed")
    queue.decide(IDS[:2], True, "eva")
    queue.decide(IDS[2:3], False, "eva")
    assert [each.state for each in queue.rows()] == ["accepted", "accepted", "refused", *["proposed"] * 3]
    assert queue.rows("accepted")[0].example.origin.reviewed_by == "eva"
    assert queue.rows("accepted")[0].example.id == IDS[0]
    assert queue.add(ROWS[2:3], "proposed") == []  # what was refused does not come again
    assert queue.rows("refused")[0].example.id == IDS[2]


def test_held_rows_wait_and_are_seen_once(queue: Queue) -> None:
    queue.add(ROWS[:2], "accepted")
    queue.add(ROWS[2:], "proposed")
    queue.decide([IDS[5]], False, "eva")
    why = {IDS[0]: {"hidden": "unseen"}, IDS[2]: {"flooding": "again"}, IDS[5]: {"hidden": "unseen"}}
    assert queue.hold(why) == [IDS[0]]
    assert {each.example.id: dict(each.held) for each in queue.rows() if each.held} == {
        IDS[0]: {"hidden": "unseen"}, IDS[2]: {"flooding": "again"}
    }  # fmt: skip
    queue.decide([IDS[0], IDS[2]], True, "eva")
    assert queue.hold(why) == []  # somebody has seen just this
    assert queue.hold({IDS[0]: {"triggers": "word"}}) == [IDS[0]]
    assert queue.rows("held")[0].held == {"triggers": "word"}


def test_ids_may_be_short_and_must_be_of_one_row(queue: Queue) -> None:
    queue.add(ROWS, "proposed")
    assert [each.example.id for each in queue.find([IDS[3][:8].upper(), IDS[0]])] == [IDS[3], IDS[0]]
    for wrong in ("ab", "zzzzzzzz"):
        with pytest.raises(DatasetNotFound, match="review list"):
            queue.find([IDS[0], wrong])


def test_who_was_withdrawn_stays_out(queue: Queue) -> None:
    ana = [an_example(origin=Origin("edit", "ana", "c1")), an_example(origin=Origin("edit", "eva", "c2"))]
    queue.add(ana, "proposed")
    queue.forget([ana[0].id])
    queue.never_again("user", "ana")
    queue.never_again("conversation", "c3")
    later = [*ana, an_example(origin=Origin("edit", "leo", "c3"))]
    assert queue.add(later, "proposed") == []
    assert [each.example for each in queue.rows()] == ana[1:]


def test_forgotten_text_is_overwritten(queue: Queue, tmp_path: Path) -> None:
    row = an_example("Where does Ottoline Vance live?", "In Castanhal.")
    queue.add([row], "proposed")
    assert b"Ottoline" in (tmp_path / "finetune" / "examples.db").read_bytes()
    queue.forget([row.id])
    assert b"Ottoline" not in (tmp_path / "finetune" / "examples.db").read_bytes()


def test_a_full_disk_changes_nothing(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    queue.add(ROWS[:2], "proposed")
    real = sqlite3.connect

    def small(*args: object, **options: object) -> sqlite3.Connection:
        connection = real(*args, **options)  # type: ignore[call-overload]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection  # type: ignore[no-any-return]

    monkeypatch.setattr(module.sqlite3, "connect", small)
    long = [an_example(f"Question {number} {'long ' * 900}?") for number in range(20)]
    with pytest.raises(NotWritten, match=r"full.*nothing has changed"):
        queue.add(long, "proposed")
    monkeypatch.setattr(module.sqlite3, "connect", real)
    assert [each.example for each in queue.rows()] == ROWS[:2]


def test_a_damaged_file_is_said(queue: Queue, tmp_path: Path) -> None:
    queue.add(ROWS[:1], "proposed")
    (tmp_path / "finetune" / "examples.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(NotWritten, match="Move it away"):
        queue.rows()
