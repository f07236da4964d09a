"""A passage that helped rises for questions near to the one it helped with: a bounded bit, for a time, and undone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.raising.nearby import AT_ONCE, MOST, Nearby
from assistant.raising.store import Helped
from assistant.storage.conversations import Conversations
from assistant.testing.answers import an_answer
from knowledge.library import Library
from knowledge.search.raising import Raise
from knowledge.testing.embedder import HashingEmbedder

NOW = datetime(2026, 3, 1, tzinfo=UTC)
QUESTION = "How long do I have to send the heater back?"
LINE = "You have 30 days to send a heater back."
TEXTS = [
    ("returns.md", "Returns", f"{LINE} Pay the postage yourself."),
    ("heaters.md", "Heaters", "Heater: how long, and back."),
    ("parking.md", "Parking", "Guests park behind the house for free."),
    ("secret.md", "Secret", "The heater of the board may be sent back at any time."),
]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "knowledge", HashingEmbedder()) as found:
        found.add_texts(TEXTS)
        found.set_audience("secret.md", ["board"])
        yield found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Conversations]:
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as found:
        yield found


def _helped(store: Conversations, document: str = "d", created: datetime = NOW) -> Helped:
    conversation = store.start("ana")
    answer = an_answer(conversation.id)
    store.finish_turn(store.begin_turn("ana", conversation.id, QUESTION).id, answer)
    given = store.add_feedback("ana", answer.id, "up")
    return Helped(given.id, QUESTION, "en", document, LINE, created)


def _nearby(store: Conversations, now: datetime = NOW) -> Nearby:
    embedder = HashingEmbedder()
    return Nearby(store.raised, embedder.embed_queries, embedder.model_id, lambda: now)


def _vector(question: str = QUESTION) -> np.ndarray:  # type: ignore[type-arg]
    return HashingEmbedder().embed_queries([question])[0]


def _names(library: Library, raises: tuple[Raise, ...] = (), question: str = QUESTION, **options: object) -> list[str]:
    return [each.document for each in library.search(question, raises=raises, **options)]  # type: ignore[arg-type]


def test_the_right_passage_rises_and_others_keep_their_order(library: Library) -> None:
    right = library.document("returns.md").id
    before = _names(library)
    raised = _names(library, (Raise(right, LINE, MOST),))
    assert before.index("returns.md") > raised.index("returns.md")
    assert [name for name in raised if name != "returns.md"] == [name for name in before if name != "returns.md"]


def test_an_unrelated_question_is_ranked_as_before(store: Conversations, library: Library) -> None:
    helped = _helped(store, library.document("returns.md").id)
    store.raised.replace([helped])
    other = "Where do guests park?"
    assert _nearby(store).of(_vector(other)) == ()
    assert _nearby(store).of(_vector()) == (Raise(helped.document_id, LINE, pytest.approx(MOST)),)


def test_it_decays_and_several_people_do_not_add_up_beyond_the_bound(store: Conversations) -> None:
    helped = _helped(store)
    store.raised.replace([helped])
    (later,) = _nearby(store, NOW + timedelta(days=90)).of(_vector())
    assert later.share == pytest.approx(MOST / 2)
    store.raised.replace([helped, *(replace(_helped(store), document_id="d") for _ in range(5))])
    (all_of_them,) = _nearby(store).of(_vector())
    assert all_of_them.share == pytest.approx(MOST)


def test_many_new_ones_keep_nobody_waiting(store: Conversations) -> None:
    helped = _helped(store)
    store.raised.replace([replace(helped, question=f"Question number {number}?") for number in range(30)])
    embedded = list[str]()
    embedder = HashingEmbedder()

    def embed(texts: Sequence[str]) -> np.ndarray:  # type: ignore[type-arg]
        embedded.extend(texts)
        return embedder.embed_queries(texts)

    nearby = Nearby(store.raised, embed, embedder.model_id, lambda: NOW)
    nearby.of(_vector())
    assert len(embedded) == AT_ONCE
    nearby.prime()
    assert len(embedded) == len(set(embedded)) == 30
    nearby.of(_vector())
    assert len(embedded) == 30


def test_feedback_that_is_taken_back_counts_no_more_at_the_next_question(store: Conversations) -> None:
    helped = _helped(store)
    store.raised.replace([helped])
    nearby = _nearby(store)
    assert nearby.of(_vector())
    (given,) = store.feedback()
    store.add_feedback("ana", given.answer_id, "down")
    assert nearby.of(_vector()) == ()


def test_a_deleted_conversation_takes_its_passages_along(store: Conversations) -> None:
    store.raised.replace([_helped(store)])
    (conversation,) = store.list("ana")
    store.delete("ana", conversation.id)
    assert store.raised.current() == []


def test_nobody_sees_what_they_may_not_read(library: Library) -> None:
    secret = Raise(library.document("secret.md").id, "The heater of the board may be sent back at any time.", MOST)
    assert "secret.md" not in _names(library, (secret,))
    assert "secret.md" in _names(library, (secret,), groups=("board",))


def test_a_passage_that_was_not_found_may_be_raised_into_view(library: Library) -> None:
    parking = Raise(library.document("parking.md").id, "Guests park behind the house for free.", MOST)
    assert "parking.md" not in _names(library, mode="lexical")
    assert "parking.md" in _names(library, (parking,), mode="lexical")


def test_a_sentence_that_is_gone_raises_nothing(library: Library) -> None:
    gone = Raise(library.document("parking.md").id, "Guests pay for parking.", MOST)
    assert _names(library, (gone,)) == _names(library)
