"""What a colleague answered is kept with the hand-off, and collected with the answer it was given in the place of."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import InvalidRequest
from assistant.finetuning.collecting import Collector
from assistant.finetuning.layout import ReaderLayout
from assistant.grounding.citations import Citer
from assistant.grounding.vectors import SentenceVectors
from assistant.handoff.record import Summary
from assistant.handoff.store import Circumstances
from assistant.storage.conversations import Conversations
from assistant.testing.answers import an_answer
from assistant.turn.answer import Answer, Route
from knowledge.lexical.analyzer import Analyzer
from knowledge.testing.embedder import HashingEmbedder

WHY = Circumstances("en", "asked", "normal", "neutral")
REPLY = "Up to five days can be carried over until the end of March."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Conversations]:
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as found:
        yield found


def _asked(store: Conversations, conversation: str, **changes: object) -> Answer:
    answer = an_answer(conversation, **changes)
    answer = replace(answer, evidence=tuple(replace(each, selected=each.passage.sentences) for each in answer.evidence))
    store.finish_turn(store.begin_turn("ana", conversation, "How many days?").id, answer)
    return answer


def test_a_reply_belongs_to_the_last_answer_from_documents(store: Conversations) -> None:
    conversation = store.start("ana").id
    _asked(store, conversation)
    answer = _asked(store, conversation)
    _asked(store, conversation, evidence=(), citations=(), route=Route("none", "", "handoff"))
    made = store.handoffs.begin("ana", conversation, WHY, Summary("a person, please"))
    assert store.handoffs.answered() == []
    closed = store.handoffs.close(made.id, f"  {REPLY} ", "eva")
    assert (closed.state, closed.reply, closed.operator) == ("closed", REPLY, "eva")
    (found,) = store.handoffs.answered()
    assert (found.answer_id, found.user_id, found.operator, found.reply) == (answer.id, "ana", "eva", REPLY)


def test_it_becomes_a_reply_to_learn(store: Conversations) -> None:
    conversation = store.start("ana").id
    _asked(store, conversation)
    made = store.handoffs.begin("ana", conversation, WHY, Summary("a person, please"))
    store.handoffs.close(made.id, REPLY, "eva")
    vectors = SentenceVectors(HashingEmbedder())
    layout = ReaderLayout(vectors, Citer(vectors, Analyzer()))
    readable = {"id-hr/leave.md": ("everyone",), "id-finance/travel.md": ("everyone",)}
    found = Collector(store.answer, layout, readable).collect([], store.handoffs.answered())
    (row,) = found.examples
    assert (row.kind, row.origin.source, row.origin.user) == ("chat", "handoff", "ana")
    assert row.completion.endswith(REPLY)
    vectors.close()


def test_without_an_answer_before_it_or_a_reply_nothing_is_collected(store: Conversations) -> None:
    first, second = store.start("ana").id, store.start("ana").id
    store.handoffs.close(store.handoffs.begin("ana", first, WHY, Summary("now")).id, REPLY, "eva")
    _asked(store, second)
    store.handoffs.close(store.handoffs.begin("ana", second, WHY, Summary("now")).id)
    assert store.handoffs.answered() == []


def test_a_reply_that_is_too_long_changes_nothing(store: Conversations) -> None:
    made = store.handoffs.begin("ana", store.start("ana").id, WHY, Summary("now"))
    with pytest.raises(InvalidRequest, match="longer than 20000 characters"):
        store.handoffs.close(made.id, "x" * 20_001)
    assert store.handoffs.get(made.id).state == "open"
