"""A conversation read back shows nothing of documents that were taken from its owner."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from assistant.messages import message
from assistant.storage.conversations import Conversations
from assistant.testing.documents import LEAVE, cite, document_id, evidence_for
from assistant.turn.answer import Answer, Route, Support, Understanding


class Readers:
    """Who may read what, as a test wants it."""

    def __init__(self) -> None:
        self.gone: set[str] = set()

    def permitted(self, user_id: str, documents: Collection[str]) -> Collection[str]:
        assert user_id == "ana"
        return {each for each in documents if each not in self.gone}


@pytest.fixture
def readers() -> Readers:
    return Readers()


@pytest.fixture
def store(tmp_path: Path, readers: Readers) -> Iterator[Conversations]:
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}", permitted=readers.permitted) as opened:
        yield opened


@pytest.fixture
def conversation(store: Conversations) -> str:
    begun = store.start("ana")
    for number in range(2):
        turn = store.begin_turn("ana", begun.id, "How many days?")
        found = evidence_for(1, LEAVE, "25 days of annual leave", 0.9)
        store.finish_turn(
            turn.id,
            Answer(
                f"a{number}", begun.id, "You get 25 days. [1]", False,
                Understanding("How many days?", "How many days?", "en", "lookup", 0.9),
                Route("slm", "small", "one_line"), (found,), (cite(found, "25 days of annual leave"),),
                (Support("You get 25 days.", 0.9, True, (1,)),),
            ),
        )  # fmt: skip
    return begun.id


def test_every_way_to_read_it_back(store: Conversations, readers: Readers, conversation: str) -> None:
    def shown() -> str:
        turns = [turn.answer for turn in store.turns("ana", conversation)]
        return repr((turns, store.answer("ana", "a0"), store.history("ana", conversation, 4)))

    assert shown().count("25 days") > 4
    readers.gone = {document_id(LEAVE)}
    assert "25 days" not in shown()
    assert LEAVE.title not in shown()
    assert shown().count(message("withheld", "en")) == 5
    assert [each.content for each in store.history("ana", conversation, 4)][::2] == ["How many days?"] * 2
    readers.gone = set()
    assert shown().count("25 days") > 4
