"""A connector that is killed at every place where it writes or sends: every question answered, once, in order."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from connectors.errors import NotNow, SendError, SlowDown
from connectors.event import Message, Person, Place
from connectors.settings import ConnectorSettings
from connectors.store.database import Database
from connectors.testing.dying import Channel, Fate, Installation
from connectors.testing.virtual import run_virtually

SETTINGS = ConnectorSettings(platform="memory", people=("*",), settle_s=0.05, pace_s=0.0, live_s=0.05)
QUESTIONS = [
    Message(f"e{number}", Place("c", direct=True), Person("ana"), f"mark{number}", f"q{number}", position=float(number))
    for number in range(3)
]
FEW, MANY = QUESTIONS[:2], QUESTIONS
EVERY_S = 0.3
DATABASE = Database("sqlite://")
"""In memory, and one for all: the statements are compiled once."""
TROUBLES: dict[str, Callable[[], list[SendError | float]]] = {
    "none": list,
    # the first answer cannot be shown while it is written, and takes its time when it is sent
    "slow": lambda: [SlowDown(0.1), 1.5],
    "too many": lambda: [SlowDown(0.7)],
    "its own": lambda: [NotNow("on purpose"), NotNow("on purpose")],
}


@pytest.fixture(autouse=True)
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Virtual time knows nothing of threads."""

    async def inline(work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return work(*arguments, **named)

    monkeypatch.setattr(asyncio, "to_thread", inline)


def _lives(
    at: int | None, channel: Channel, questions: Sequence[Message] = FEW, *, edits: bool, trouble: str = "none"
) -> Fate:
    """The steps of the first life; in both the platform has a trouble."""

    async def both() -> Fate:
        first = Fate(at)
        channel.troubles = TROUBLES[trouble]()
        installation = Installation(SETTINGS, channel, DATABASE, edits=edits)
        left = await installation.live(first, questions, EVERY_S)
        channel.troubles = TROUBLES[trouble]()
        if first.dead.is_set():
            await installation.live(Fate(), left, EVERY_S)
        return first

    return run_virtually(both())


def _marks(channel: Channel) -> list[str]:
    return [mark for text in channel.messages.values() for mark in re.findall(r"mark\d+", text)]


QUICK = [("slow", True)]
OTHERS = [(trouble, edits) for trouble in TROUBLES for edits in (True, False) if (trouble, edits) not in QUICK]


@pytest.mark.parametrize(
    ("trouble", "edits", "questions"),
    [*((*each, FEW) for each in QUICK), *(pytest.param(*each, MANY, marks=pytest.mark.long) for each in OTHERS)],
)
def test_answers_are_all_there_once_and_in_order(trouble: str, edits: bool, questions: Sequence[Message]) -> None:
    steps = _lives(None, Channel(), questions, edits=edits, trouble=trouble).steps
    assert steps > 20 * len(questions)
    wrong = {}
    for at in range(steps):
        channel = Channel()
        assert _lives(at, channel, questions, edits=edits, trouble=trouble).dead.is_set()
        if _marks(channel) != [each.text for each in questions]:
            wrong[at] = list(channel.messages.values())
    assert wrong == {}


def test_nothing_goes_past_an_answer_that_is_still_on_its_way() -> None:
    """Without a kill: the answer to the second question was shown above the first, which was slow to arrive."""
    channel = Channel()
    _lives(None, channel, edits=True, trouble="slow")
    assert _marks(channel) == [each.text for each in FEW]


def test_where_the_platform_knows_no_keys_only_what_was_on_its_way_may_come_twice() -> None:
    steps = _lives(None, Channel(idempotent=False), edits=False).steps
    twice = 0
    for at in range(steps):
        channel = Channel(idempotent=False)
        _lives(at, channel, edits=False)
        marks = _marks(channel)
        assert list(dict.fromkeys(marks)) == [each.text for each in FEW]
        assert marks == sorted(marks)
        twice += len(marks) - len(FEW)
    assert 0 < twice <= 2 * len(FEW)  # taken and not yet known to be, or known and not yet written
