"""Hand-offs in the database: the contract, what the operator does with them, and that they go with the conversation."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.errors import NotFound
from assistant.handoff.record import Exchange, Quote, Summary
from assistant.handoff.store import LONGEST_MESSAGE, Handoffs
from assistant.storage.conversations import Conversations
from assistant.testing.handoffs import WHY, HandoffStoreConformance, ScriptedHandoffs
from assistant.turn.strategies.handoff import HandoffStore

SUMMARY = Summary("a person", (Exchange("How long?", "Two years.", (Quote("w.md", "2 years"),)),), 3, ("And so on?",))


class TestHandoffs(HandoffStoreConformance):
    @pytest.fixture
    def opened(self, conversations: Conversations) -> tuple[HandoffStore, str]:
        return conversations.handoffs, conversations.start("ana").id


class TestScriptedHandoffs(HandoffStoreConformance):
    @pytest.fixture
    def opened(self) -> tuple[HandoffStore, str]:
        return ScriptedHandoffs("ana"), "c1"


def test_it_comes_back_exactly_as_it_was_stored(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    made = conversations.handoffs.begin("ana", begun.id, WHY, SUMMARY)
    assert made.summary == SUMMARY
    assert conversations.handoffs.get(made.id) == made
    assert conversations.handoffs.get(made.id[:8]) == made
    with pytest.raises(NotFound, match="handoffs list"):
        conversations.handoffs.get(made.id[:3])
    with pytest.raises(NotFound):
        conversations.handoffs.get("%" * 8)


def test_the_operator_takes_and_closes_it(conversations: Conversations) -> None:
    handoffs, begun = conversations.handoffs, conversations.start("ana")
    made = handoffs.begin("ana", begun.id, WHY, SUMMARY)
    assert [each.id for each in handoffs.find()] == [made.id]
    assert handoffs.take(made.id[:8]).state == "taken"
    assert handoffs.find("open") == []
    waiting = handoffs.waiting("ana", begun.id)
    assert waiting is not None
    assert waiting.state == "taken"
    assert handoffs.close(made.id).state == "closed"
    assert handoffs.waiting("ana", begun.id) is None
    assert handoffs.take(made.id).state == "closed"  # it stays so
    assert handoffs.find() == []
    assert [each.id for each in handoffs.find("closed")] == [made.id]


def test_the_one_that_waits_longest_comes_first(conversations: Conversations) -> None:
    times = iter(datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(9))
    handoffs = Handoffs(conversations._database, lambda: next(times))
    made = [handoffs.begin("ana", conversations.start("ana").id, WHY, SUMMARY).id for _ in range(3)]
    assert [each.id for each in handoffs.find()] == made


def test_what_is_written_since_is_bounded(conversations: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 6
    monkeypatch.setattr("assistant.handoff.store.MOST_MESSAGES", most)
    made = conversations.handoffs.begin("ana", conversations.start("ana").id, WHY, SUMMARY)
    for number in range(most + 2):
        found = conversations.handoffs.add("ana", made.id, f"{number} " + "x\0" * LONGEST_MESSAGE)
    assert len(found.messages) == most
    assert found.messages[-1].text.startswith(f"{most + 1} ")
    assert max(len(each.text) for each in found.messages) == LONGEST_MESSAGE


def test_it_goes_with_its_conversation(conversations: Conversations) -> None:
    begun, other = conversations.start("ana"), conversations.start("ana")
    made = conversations.handoffs.begin("ana", begun.id, WHY, SUMMARY)
    kept = conversations.handoffs.begin("ana", other.id, WHY, SUMMARY)
    conversations.delete("ana", begun.id)
    with pytest.raises(NotFound):
        conversations.handoffs.get(made.id)
    with pytest.raises(NotFound):
        conversations.handoffs.waiting("ana", begun.id)
    assert [each.id for each in conversations.handoffs.find()] == [kept.id]
