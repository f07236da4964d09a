"""What is older than the settings say goes once a day, unless something is going on in it."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.errors import NotFound, StorageError
from assistant.finetuning.datasets import DatasetDesk
from assistant.handoff.record import Summary
from assistant.personal import retention
from assistant.personal.retention import tidy
from assistant.personal.subject import Places
from assistant.security.audit import Audit
from assistant.settings import Settings, load_settings
from assistant.storage.account_tables import spending, visitors
from assistant.storage.conversations import Conversations
from assistant.storage.schema import appointments, conversations
from assistant.testing.answers import an_answer
from assistant.testing.handoffs import WHY
from assistant.turn.answer import TaskState
from finetune.examples import Origin
from finetune.testing.examples import an_example

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


ROOT = Path(__file__).parents[3]


def test_the_settings_in_the_documentation_load_and_are_all_there_are(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "pilares.toml").write_text(block, encoding="utf-8")
    days = load_settings(home=tmp_path).retention.model_dump()
    assert days == tomllib.loads(block)["retention"]
    assert set(days.values()) & {0} == set()


def keeping(places: Places, **days: int) -> Places:
    """The same with other settings."""
    settings = Settings(home=places.settings.home, retention=days)
    return replace(places, settings=settings)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    settings = Settings(home=tmp_path)
    with Conversations.open(settings.conversations_url) as opened:
        yield Places(settings, opened, lambda: NOW)


def talk(places: Places, user: str = "ana", *, days: float, **changes: Any) -> str:
    """A conversation that was last used so many days ago; returns its id."""
    store = places.conversations
    begun = store.start(user, language="en")
    turn = store.begin_turn(user, begun.id, "How many days of leave?")
    store.finish_turn(turn.id, an_answer(begun.id, **changes))
    with places.database.write() as connection:
        connection.execute(
            sa.update(conversations)
            .where(conversations.c.id == begun.id)
            .values(updated=NOW - timedelta(days=days), created=NOW - timedelta(days=days))
        )
    return begun.id


def left(places: Places, user: str = "ana") -> set[str]:
    return {each.id for each in places.conversations.list(user)}


def test_nothing_goes_unless_the_settings_say_so(places: Places) -> None:
    old = talk(places, days=5_000)
    told = tidy(places)
    assert (told.total, told.kept) == (0, 0)
    assert left(places) == {old}
    assert Audit(places.database, places.now).latest() == []


def test_old_conversations_go_with_all_that_came_of_them(places: Places) -> None:
    old, new = talk(places, days=31), talk(places, days=29)
    told = tidy(keeping(places, conversations_days=30))
    assert told.counts["conversations"] == 1
    assert left(places) == {new}
    with pytest.raises(NotFound):
        places.conversations.get("ana", old)
    with places.database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM answers")).scalar_one() == 1
    (act,) = Audit(places.database, places.now).latest()
    assert (act.actor, act.act, act.detail) == ("retention", "retention.run", {"conversations": 1})
    assert tidy(keeping(places, conversations_days=30)).total == 0


def test_a_dry_run_counts_the_same_and_deletes_nothing(places: Places) -> None:
    talk(places, days=31)
    place_rows(places)
    every = keeping(places, **dict.fromkeys(Settings().retention.model_dump(), 30))
    would = tidy(every, dry_run=True)
    assert would.counts == {
        "conversations": 1, "visitors": 1, "remains": 0, "appointments": 1, "usage": 1, "audit": 1,
    }  # fmt: skip
    assert len(left(places)) == 1
    assert tidy(every).counts == would.counts
    assert tidy(every, dry_run=True).total == 0


def place_rows(places: Places) -> None:
    """Of each other kind one that is 31 days old, and one of today."""
    for days in (0, 31):
        then = NOW - timedelta(days=days)
        with places.database.write() as connection:
            connection.execute(sa.insert(visitors).values(id=f"visitor:{days}", groups=[], seen=then))
            connection.execute(
                sa.insert(appointments).values(
                    id=str(days), user_id="ana", calendar="c", service="s", starts=then, ends=then, name="Ana",
                    contact="a", cancelled=False, sequence=0, created=then, updated=then,
                )
            )  # fmt: skip
            used = {"span": "day", "began": then, "requests": 1, "tokens": 1, "cost": 0.0}
            connection.execute(sa.insert(spending).values(payer="person:ana", **used))
        Audit(places.database, lambda then=then: then).note("boss", "user.add", "ana")  # type: ignore[misc]


def test_conversations_of_visitors_have_a_time_of_their_own(places: Places) -> None:
    guest, person = talk(places, "guest:1", days=8), talk(places, days=8)
    for days, gone in ((9, 0), (7, 1)):
        assert tidy(keeping(places, visitors_days=days)).counts["conversations"] == gone
    assert left(places, "guest:1") == set()
    assert guest
    assert left(places) == {person}


def test_a_visitor_is_known_as_long_as_there_is_a_conversation(places: Places) -> None:
    talk(places, "visitor:k:ana", days=1)
    with places.database.write() as connection:
        then = NOW - timedelta(days=50)
        connection.execute(sa.insert(visitors).values(id="visitor:k:ana", groups=["gold"], seen=then))
    assert tidy(keeping(places, visitors_days=30)).counts["visitors"] == 0


def test_what_waits_for_a_person_is_kept_until_it_is_closed(places: Places) -> None:
    old = talk(places, days=400)
    made = places.conversations.handoffs.begin("ana", old, WHY, Summary("a person"))
    short = keeping(places, conversations_days=30)
    for dry in (True, False):
        told = tidy(short, dry_run=dry)
        assert (told.counts["conversations"], told.kept) == (0, 1)
    places.conversations.handoffs.take(made.id)
    assert tidy(short).total == 0
    places.conversations.handoffs.close(made.id)
    assert tidy(short).counts["conversations"] == 1


def test_an_answer_in_the_making_and_a_task_are_waited_for(places: Places) -> None:
    running = talk(places, days=40)
    turn = places.conversations.begin_turn("ana", running, "And then?")
    with places.database.write() as connection:
        connection.execute(sa.update(conversations).values(updated=NOW - timedelta(days=40)))
    task = TaskState("book", {}, "day", NOW - timedelta(days=40))
    talk(places, days=40, task=task)
    settings = Settings(
        home=places.settings.home, retention={"conversations_days": 30}, tools={"task_minutes": 60 * 24 * 50}
    )
    waits = replace(places, settings=settings)
    assert tidy(waits).kept == 2
    places.conversations.interrupt_turn(turn.id)
    assert (tidy(waits).counts["conversations"], len(left(places))) == (1, 1)
    assert tidy(keeping(places, conversations_days=30)).counts["conversations"] == 1, "an hour is over long ago"


def test_what_is_left_of_deleted_conversations_goes_as_well(places: Places) -> None:
    gone = places.conversations.start("ana").id
    places.conversations.delete("ana", gone)
    with places.database.write() as connection:
        connection.execute(sa.update(conversations).values(deleted=NOW - timedelta(days=31)))
    assert tidy(keeping(places, conversations_days=30)).counts["remains"] == 1
    with places.database.read() as connection:
        assert connection.execute(sa.select(conversations.c.id)).first() is None


def test_examples_are_withdrawn_first_so_that_a_power_cut_loses_none(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = talk(places, days=31), talk(places, days=1)
    desk = DatasetDesk(places.settings.home)
    rows = [an_example(f"of {each}?", origin=Origin("edit", "ana", each, ("d",))) for each in (old, new)]
    desk.queue.add(rows, "accepted")
    short = keeping(places, conversations_days=30)

    def cut(*_: Any) -> None:
        raise StorageError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(retention, "erase", cut)
        with pytest.raises(StorageError):
            tidy(short)
    assert [each.example.id for each in desk.queue.rows()] == [rows[1].id]
    assert tidy(short).counts["conversations"] == 1
    assert desk.queue.add(rows[:1], "accepted") == []


def test_who_goes_on_meanwhile_keeps_the_conversation(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    old = talk(places, days=31)
    found = retention._due_conversations

    def goes_on(*given: Any) -> Any:
        due = found(*given)
        with places.database.write() as connection:
            connection.execute(sa.update(conversations).values(updated=NOW))
        return due

    monkeypatch.setattr(retention, "_due_conversations", goes_on)
    assert tidy(keeping(places, conversations_days=30)).total == 0
    assert left(places) == {old}
