"""A thumb counts for the conversation that its answer was given in, whatever the platform says of where it stands."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.adapter import Card, Post
from connectors.answering import Judgement
from connectors.core.ordering import Ordering
from connectors.core.parts import Parts
from connectors.event import Person, Place, Verdict
from connectors.markdown.plain import PlainText
from connectors.messages import REASONS, text
from connectors.store import inbox, outbox
from connectors.store.journal import Journal
from connectors.store.threads import Thread

pytestmark = pytest.mark.anyio

THREAD, CHANNEL = Place("C1", "17.5"), Place("C1")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = Journal(f"sqlite:///{tmp_path / 'connectors.db'}")
    yield journal
    await asyncio.to_thread(journal.close)


class _Judge:
    def __init__(self) -> None:
        self.heard: list[Judgement] = []

    async def judge(self, judgement: Judgement) -> bool:
        self.heard.append(judgement)
        return True


def _parts(journal: Journal, judge: _Judge, reasons: Any = "commands") -> Parts:
    policy = SimpleNamespace(language=None)
    settings: Any = SimpleNamespace(platform="slack", account_of=lambda _: "", policy=lambda _: policy, language="en")
    adapter: Any = SimpleNamespace(card=Card("slack", PlainText(), reasons=reasons))
    return Parts("work", settings, adapter, journal, settings, judge)  # type: ignore[arg-type]


async def _thumb(journal: Journal, message_id: str) -> list[Judgement]:
    judge = _Judge()
    verdict = Verdict("r1", CHANNEL, Person("ana"), message_id, "up")
    await journal.do(lambda c: inbox.receive(c, "work", [verdict], 1.0))
    (received,) = await journal.do(lambda c: inbox.waiting(c, "work", CHANNEL.conversation))
    await Ordering(_parts(journal, judge)).judge(received, verdict, Thread())
    return judge.heard


async def test_a_reaction_in_a_thread_is_the_threads(journal: Journal) -> None:
    letter = outbox.Letter(Post(THREAD, "25 days.", "25 days.", "k1"), answer="a1")
    await journal.do(lambda c: outbox.put(c, "work", [letter], 1.0))
    await journal.do(lambda c: outbox.sent(c, 1, "17.6", 2.0))
    (heard,) = await _thumb(journal, "17.6")
    assert (heard.answer, heard.user, heard.person) == ("a1", "work:C1/17.5", "work:ana")


async def _asked(journal: Journal, verdicts: list[Verdict], reasons: str) -> list[outbox.Letter]:
    """What is to be sent after these, when an answer stands there as message 17.6."""
    letter = outbox.Letter(Post(THREAD, "25 days.", "25 days.", "k1"), answer="a1")
    await journal.do(lambda c: outbox.put(c, "work", [letter], 1.0))
    await journal.do(lambda c: outbox.sent(c, 1, "17.6", 2.0))
    await journal.do(lambda c: inbox.receive(c, "work", verdicts, 1.0))
    ordering = Ordering(_parts(journal, _Judge(), reasons))
    for received in await journal.do(lambda c: inbox.waiting(c, "work", CHANNEL.conversation)):
        assert isinstance(received.event, Verdict)
        await ordering.judge(received, received.event, Thread(language="es"))
    found = []
    while (waiting := await journal.do(lambda c: outbox.take(c, "work", "C1"))) is not None:
        found.append(waiting.letter)
        await journal.do(partial(outbox.sent, waiting=waiting.id, message_id=f"s{waiting.id}", now=3.0))
    return found


async def test_where_there_are_choices_each_person_is_asked_once_what_was_wrong(journal: Journal) -> None:
    ana, bob = Person("ana"), Person("bob")
    verdicts = [Verdict(f"r{number}", CHANNEL, who, "17.6", "down") for number, who in enumerate((ana, ana, bob))]
    to_ana, to_bob = await _asked(journal, verdicts, "choices")
    assert (to_ana.answer, to_ana.post.place, to_ana.post.reply_to) == ("a1", THREAD, "17.6")
    assert to_ana.post.choices == to_bob.post.choices == REASONS
    assert "¿Qué ha fallado?" in to_ana.post.text
    assert await journal.do(lambda c: outbox.asks_why(c, "work", "C1", "s2"))
    assert not await journal.do(lambda c: outbox.asks_why(c, "work", "C1", "17.6"))


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict("r1", CHANNEL, Person("ana"), "17.6", "up"),
        Verdict("r1", CHANNEL, Person("ana"), "17.6", "down", reason="wrong"),
        Verdict("r1", CHANNEL, Person("ana"), "17.6", "down", correction="30 days."),
        Verdict("r1", CHANNEL, Person("ana"), "99.9", "down"),
    ],
)
async def test_who_likes_it_or_has_said_why_is_not_asked(journal: Journal, verdict: Verdict) -> None:
    assert not await _asked(journal, [verdict], "choices")


async def test_where_there_are_none_nobody_is(journal: Journal) -> None:
    assert not await _asked(journal, [Verdict("r1", CHANNEL, Person("ana"), "17.6", "down")], "form")


async def test_every_reason_has_its_words() -> None:
    for reason in REASONS:
        assert text(f"why_{reason}", "en") != text(f"why_{reason}", "es")


async def test_a_reaction_to_something_else_is_nobodys(journal: Journal) -> None:
    assert await _thumb(journal, "99.9") == []
