"""Hand-offs in memory, and what every `HandoffStore` must do."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from assistant.errors import NotFound
from assistant.handoff.record import Handoff, Message, Summary
from assistant.handoff.store import Circumstances
from assistant.turn.strategies.handoff import HandoffStore

WHY = Circumstances("en", "asked", "normal", "neutral")


class ScriptedHandoffs:
    """`HandoffStore` without a database; `owner` is whose every conversation is."""

    def __init__(self, owner: str = "local") -> None:
        self.owner = owner
        self.all: dict[str, Handoff] = {}

    def waiting(self, user_id: str, conversation_id: str) -> Handoff | None:
        """The one of a conversation that is not closed."""
        self._check(user_id)
        found = (each for each in self.all.values() if each.conversation_id == conversation_id)
        return next((each for each in found if each.state != "closed"), None)

    def begin(self, user_id: str, conversation_id: str, why: Circumstances, summary: Summary) -> Handoff:
        """Hand a conversation over, once."""
        if (there := self.waiting(user_id, conversation_id)) is not None:
            return there
        now = datetime.now(UTC)
        new = Handoff(
            uuid4().hex, conversation_id, user_id, why.language, why.reason, why.urgency, why.sentiment, "open",
            summary, (), now, now,
        )  # fmt: skip
        self.all[new.id] = new
        return new

    def add(self, user_id: str, handoff_id: str, text: str) -> Handoff:
        """Add what the person wrote since."""
        self._check(user_id)
        found = self.all[handoff_id]
        self.all[handoff_id] = replace(found, messages=(*found.messages, Message(text, datetime.now(UTC))))
        return self.all[handoff_id]

    def withdraw(self, user_id: str, handoff_id: str) -> Handoff:
        """Close it."""
        self._check(user_id)
        self.all[handoff_id] = replace(self.all[handoff_id], state="closed")
        return self.all[handoff_id]

    def _check(self, user_id: str) -> None:
        if user_id != self.owner:
            raise NotFound("There is no such conversation.")


class HandoffStoreConformance:
    """Ready tests: subclass it and override the fixture `opened`, which gives a store and a conversation of "ana"."""

    @pytest.fixture
    def opened(self) -> tuple[HandoffStore, str]:
        """The store under test, and the id of a conversation that belongs to "ana"."""
        raise NotImplementedError("override the fixture `opened`")

    def test_a_conversation_waits_once_until_it_is_withdrawn(self, opened: tuple[HandoffStore, str]) -> None:
        """A second hand-off is the first one; after it is closed there may be another."""
        store, conversation = opened
        assert store.waiting("ana", conversation) is None
        first = store.begin("ana", conversation, WHY, Summary("a person, please"))
        assert store.begin("ana", conversation, WHY, Summary("again")) == first
        assert store.waiting("ana", conversation) == first
        assert (first.state, first.summary.request, first.reason) == ("open", "a person, please", "asked")
        assert store.withdraw("ana", first.id).state == "closed"
        assert store.waiting("ana", conversation) is None
        assert store.begin("ana", conversation, WHY, Summary("once more")).id != first.id

    def test_messages_are_kept_in_their_order(self, opened: tuple[HandoffStore, str]) -> None:
        """What the person writes since."""
        store, conversation = opened
        made = store.begin("ana", conversation, WHY, Summary("a person, please"))
        store.add("ana", made.id, "my order is Q1")
        store.add("ana", made.id, "¿hola?")
        waiting = store.waiting("ana", conversation)
        assert waiting is not None
        assert [each.text for each in waiting.messages] == ["my order is Q1", "¿hola?"]

    def test_nobody_reaches_the_hand_off_of_somebody_else(self, opened: tuple[HandoffStore, str]) -> None:
        """NotFound, whatever is tried."""
        store, conversation = opened
        made = store.begin("ana", conversation, WHY, Summary("a person, please"))
        with pytest.raises(NotFound):
            store.waiting("ben", conversation)
        with pytest.raises(NotFound):
            store.begin("ben", conversation, WHY, Summary("mine"))
        with pytest.raises(NotFound):
            store.add("ben", made.id, "mine")
        with pytest.raises(NotFound):
            store.withdraw("ben", made.id)
        assert store.waiting("ana", conversation) == made
