"""What nobody asked for: at its time, once, only where that is allowed; and pauses, which hold everything."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.connector import Connector
from connectors.core import clock, telling, unasked
from connectors.core.schedule import LATE_S, Due, due, last_time
from connectors.core.unasked import Unasked
from connectors.errors import NotPossible
from connectors.event import Message, Person, Place
from connectors.outside import fate_of
from connectors.settings import ConnectorSettings
from connectors.store import told
from connectors.store.database import Database
from connectors.store.journal import Journal
from connectors.testing.dying import Channel, DyingAdapter, DyingJournal, Fate
from connectors.testing.scripted import ScriptedAssistant

pytestmark = pytest.mark.anyio
DAILY = {"name": "daily", "at": "30 8 * * *", "channel": "C1", "timezone": "Europe/Madrid"}
HALF_PAST_EIGHT = datetime.fromisoformat("2026-11-27T08:30:00+01:00").timestamp()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_times_are_those_of_the_place() -> None:
    assert last_time("30 8 * * *", "Europe/Madrid", HALF_PAST_EIGHT) == HALF_PAST_EIGHT
    assert last_time("30 8 * * *", "Europe/Madrid", HALF_PAST_EIGHT - 1) == HALF_PAST_EIGHT - 24 * 3600
    summer = datetime.fromisoformat("2026-07-01T12:00:00+02:00").timestamp()
    assert last_time("30 8 * * *", "Europe/Madrid", summer) == summer - 3.5 * 3600


def test_a_time_is_dealt_with_once_and_of_those_missed_only_the_last() -> None:
    assert due(100.0, 100.0, 101.0, "say") is None
    assert due(100.0, 50.0, 101.0, "skip") == Due(100.0, "say")
    assert due(100.0, 50.0, 101.0 + LATE_S, "skip") == Due(100.0, "skip")
    assert due(100.0, 50.0, 101.0 + LATE_S, "say") == Due(100.0, "say")


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"at": "60 8 * * *"}, "says no times"), ({"at": "* * * * * *"}, "has 6 fields"),
     ({"timezone": "Madrid"}, "no time zone"), ({"question": "too"}, "both"),
     ({"text": ""}, "needs a text")],
)  # fmt: skip
def test_a_schedule_that_makes_no_sense_is_refused(changed: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ConnectorSettings(platform="memory", scheduled=({**DAILY, "text": "Hello", **changed},))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="same name"):
        ConnectorSettings(platform="memory", scheduled=({**DAILY, "text": "a"}, {**DAILY, "text": "b"}))  # type: ignore[arg-type]


class Bench:
    """A connector in memory whose clock a test sets."""

    def __init__(self, database: Database, set_clock: Callable[[float], None]) -> None:
        self.database = database
        self.set_clock = set_clock
        self.channel = Channel()
        self.assistant = ScriptedAssistant()
        self._running: Connector | None = None

    async def start(self, **settings: Any) -> DyingAdapter:
        whole = {"platform": "memory", "people": ("*",), "settle_s": 0.0, "pace_s": 0.0, **settings}
        adapter = DyingAdapter(self.channel, Fate(), edits=False)
        journal: Journal = DyingJournal(self.database, Fate())
        self._running = Connector("memory", ConnectorSettings(**whole), adapter, journal, self.assistant)
        await self._running.start()
        await self.calm()
        return adapter

    @property
    def running(self) -> Connector:
        assert self._running is not None
        return self._running

    async def calm(self, sent: int = 0) -> list[str]:
        """What has been sent: so many (at least), and nothing is being done any more."""
        async with asyncio.timeout(20):
            while len(self.channel.messages) < sent:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.15)
        while not self.running.idle:
            await asyncio.sleep(0.02)
        return list(self.channel.messages.values())


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    moment = [HALF_PAST_EIGHT - 60]
    monkeypatch.setattr("connectors.connector.LOOK_EVERY_S", 0.03)
    for module in (telling, unasked):
        monkeypatch.setattr(module, "now", lambda: moment[0])
    database = Database("sqlite://")
    made = Bench(database, lambda at: moment.__setitem__(0, at))
    yield made
    await made.running.stop()
    database.close()


async def test_a_text_is_said_at_its_time_and_once(bench: Bench) -> None:
    scheduled = ({**DAILY, "text": "The canteen is *open*."},)
    await bench.start(scheduled=scheduled)
    assert await bench.calm() == []
    bench.set_clock(HALF_PAST_EIGHT + 1)
    assert await bench.calm(1) == ["The canteen is open."]
    await bench.running.stop()
    await bench.start(scheduled=scheduled)
    assert await bench.calm(1) == ["The canteen is open."]
    bench.set_clock(HALF_PAST_EIGHT + 24 * 3600 + 1)
    assert len(await bench.calm(2)) == 2


@pytest.mark.parametrize(("missed", "sent"), [("say", 1), ("skip", 0)])
async def test_a_time_at_which_nothing_ran(bench: Bench, missed: str, sent: int) -> None:
    scheduled = ({**DAILY, "text": "Good morning", "missed": missed},)
    await bench.start(scheduled=scheduled)
    await bench.running.stop()
    bench.set_clock(HALF_PAST_EIGHT + 3 * 24 * 3600 + 2 * LATE_S)
    await bench.start(scheduled=scheduled)
    assert len(await bench.calm(sent)) == sent
    link = (await bench.running.health()).link
    assert link is not None
    assert bool(link.last_error) is (missed == "skip")


async def test_a_question_is_asked_for_those_who_read_the_channel_and_its_answer_sent(bench: Bench) -> None:
    await bench.start(
        scheduled=({**DAILY, "question": "What is on today?"},), channels={"C1": {"groups": ("staff",)}},
        groups={"board": ("schedule",)},
    )  # fmt: skip
    bench.set_clock(HALF_PAST_EIGHT + 1)
    assert await bench.calm(1) == ["You said: What is on today?"]
    (turn,) = bench.assistant.turns
    assert turn.groups == {"everyone", "staff"}
    assert turn.user == "memory:C1"  # so that a thumb of whoever reads it counts


async def test_a_question_without_an_answer_is_asked_again_and_then_given_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "TRY_AGAIN_S", 0.0)
    bench.assistant.replies = [RuntimeError("on purpose")] * telling.MOST_TRIES
    await bench.start(scheduled=({**DAILY, "question": "What is on today?"},))
    bench.set_clock(HALF_PAST_EIGHT + 1)
    while len(bench.assistant.turns) < telling.MOST_TRIES:
        await asyncio.sleep(0.02)
    assert await bench.calm() == []
    assert len(bench.assistant.turns) == telling.MOST_TRIES
    link = (await bench.running.health()).link
    assert link is not None
    assert "no answer to 'daily'" in link.last_error


@pytest.mark.parametrize("policy", [{"answer": "never"}, {"proactive": False}])
async def test_a_channel_that_is_left_alone_hears_nothing(bench: Bench, policy: dict[str, Any]) -> None:
    await bench.start(scheduled=({**DAILY, "text": "Hello"},), channels={"C1": policy})
    bench.set_clock(HALF_PAST_EIGHT + 1)
    assert await bench.calm() == []
    link = (await bench.running.health()).link
    assert link is not None
    assert "policy of the channel C1" in link.last_error
    with bench.database.write() as connection:  # and it is not tried again and again
        assert told.done(connection, "memory", "daily", 0.0) == HALF_PAST_EIGHT
    with pytest.raises(NotPossible, match="policy"):
        await bench.running.say(Place("C1"), "Hello", "k1")


async def test_the_window_of_a_platform_is_said_as_an_error(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    adapter = await bench.start()
    adapter.card = replace(adapter.card, window_s=24 * 3600.0)
    place = Place("34600111222", direct=True)
    with pytest.raises(NotPossible, match="24 hours"):
        await bench.running.say(place, "Your appointment is tomorrow", "k1")
    assert adapter.receive is not None
    bench.set_clock(clock.now())
    await adapter.receive([Message("e1", place, Person("34600111222"), "hello")])
    await bench.running.say(place, "Your appointment is tomorrow", "k1")
    assert (await bench.calm(2)).count("Your appointment is tomorrow") == 1
    bench.set_clock(clock.now() + 25 * 3600)
    with pytest.raises(NotPossible, match="has not"):
        await bench.running.say(place, "It is today", "k2")


async def test_another_process_puts_it_into_the_outbox_and_hears_what_became_of_it(
    bench: Bench, tmp_path: Path
) -> None:
    await bench.start()
    with bench.database.write() as connection:
        unasked.say_unasked(
            connection, "memory", ConnectorSettings(platform="memory"), bench.running._adapter.card,
            Unasked(Place("C1"), "The lift is broken", "lift"),
        )  # fmt: skip
    assert await bench.calm(1) == ["The lift is broken"]
    url = f"sqlite:///{tmp_path / 'connectors.db'}"
    assert fate_of(url, "memory", "lift") == ("waiting", "")


async def test_while_it_is_paused_what_comes_in_is_kept_and_nothing_is_answered_or_sent(bench: Bench) -> None:
    adapter = await bench.start()
    await bench.running.pause(on=True)
    assert adapter.receive is not None
    await adapter.receive([Message("e1", Place("D1", direct=True), Person("ana"), "are you there?")])
    await bench.running.say(Place("C1"), "The lift is broken", "lift")
    assert await bench.calm() == []
    health = await bench.running.health()
    assert (health.to_answer, health.to_send) == (1, 1)
    assert health.link is not None
    assert health.link.paused
    await bench.running.stop()
    await bench.start()  # a pause outlives a restart
    assert await bench.calm() == []
    await bench.running.pause(on=False)
    assert sorted(await bench.calm(2)) == ["The lift is broken", "You said: are you there?"]
