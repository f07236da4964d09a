"""A thumb counts for the conversation that its answer was given in, whatever the platform says of where it stands."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.adapter import Post
from connectors.answering import Judgement
from connectors.core.ordering import Ordering
from connectors.core.parts import Parts
from connectors.event import Person, Place, Verdict
from connectors.store import inbox, outbox
from connectors.store.journal import Journal

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


def _parts(journal: Journal, judge: _Judge) -> Parts:
    unused: Any = SimpleNamespace(platform="slack", account_of=lambda _: "")
    return Parts("work", unused, unused, journal, unused, judge)  # type: ignore[arg-type]


async def _thumb(journal: Journal, message_id: str) -> list[Judgement]:
    judge = _Judge()
    verdict = Verdict("r1", CHANNEL, Person("ana"), message_id, "up")
    await journal.do(lambda c: inbox.receive(c, "work", [verdict], 1.0))
    (received,) = await journal.do(lambda c: inbox.waiting(c, "work", CHANNEL.conversation))
    await Ordering(_parts(journal, judge)).judge(received, verdict)
    return judge.heard


async def test_a_reaction_in_a_thread_is_the_threads(journal: Journal) -> None:
    letter = outbox.Letter(Post(THREAD, "25 days.", "25 days.", "k1"), answer="a1")
    await journal.do(lambda c: outbox.put(c, "work", [letter], 1.0))
    await journal.do(lambda c: outbox.sent(c, 1, "17.6", 2.0))
    (heard,) = await _thumb(journal, "17.6")
    assert (heard.answer, heard.user, heard.person) == ("a1", "work:C1/17.5", "work:ana")


async def test_a_reaction_to_something_else_is_nobodys(journal: Journal) -> None:
    assert await _thumb(journal, "99.9") == []
