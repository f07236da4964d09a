"""Of twenty-five poisoned rows of several kinds none is learnt from; ordinary rows are not taken for poisoned."""

from dataclasses import replace

import pytest

from finetune.building import Recipe, prepare, suspicions
from finetune.doctor.findings import examine
from finetune.examples import Example
from finetune.testing.examples import WordTokens, an_example, many
from finetune.testing.planted import (
    ADDRESSES,
    CAUGHT_BY,
    CONTEXT,
    FLOOD,
    ORDERS,
    POISON,
    QUESTIONS,
    REPEATED,
    RIGHT,
    coming,
)

POISONED = [row for rows in POISON.values() for row in rows]


def test_there_are_twenty_five_and_more() -> None:
    assert len({each.id for each in POISONED}) == len(POISONED) >= 25


def test_none_of_them_is_learnt_from() -> None:
    prepared = prepare([*many(100), RIGHT, *POISONED], Recipe("poisoned"), WordTokens())
    learnt = {each.completion for each in prepared.rows}
    assert [each.completion for each in POISONED if each.completion in learnt] == []
    assert {each.id for each in POISONED} <= set(prepared.held) | prepared.report.ids("drops")
    assert len(prepared.rows) == 101  # and nothing else is held back


@pytest.mark.parametrize("kind", POISON)
def test_each_kind_is_found_by_its_check(kind: str) -> None:
    found = examine([*many(100), RIGHT, *POISON[kind]], [each for each in suspicions() if each.name == CAUGHT_BY[kind]])
    assert found.ids("holds") == {each.id for each in POISON[kind]}


@pytest.mark.parametrize("row", ORDERS, ids=lambda each: each.messages[-1].content[:20])
def test_an_order_is_found_by_itself(row: Example) -> None:
    assert examine([row], suspicions()).ids("holds") == {row.id}


def test_a_wrong_answer_does_not_undo_a_review_and_is_not_learnt_beside_a_right_one() -> None:
    unseen = replace(RIGHT, origin=replace(RIGHT.origin, reviewed_by=""))
    assert examine([RIGHT, REPEATED[0]], suspicions()).ids("holds") == {REPEATED[0].id}
    assert examine([unseen, REPEATED[0]], suspicions()).ids("holds") == {unseen.id, REPEATED[0].id}


def test_what_was_refused_tells_on_what_comes_later() -> None:
    """Two rows are no flood; two that say what three refused ones said, are."""
    late = prepare([*many(60), *FLOOD[3:]], Recipe("late"), WordTokens())
    assert not late.held
    seen = prepare([*many(60), *FLOOD[3:]], Recipe("late"), WordTokens(), beside=FLOOD[:3])
    assert set(seen.held) == {each.id for each in FLOOD[3:]}


def test_what_somebody_has_looked_at_is_learnt_from() -> None:
    cleared = {each.id: frozenset({"addresses"}) for each in ADDRESSES}
    seen = prepare([*many(60), *ADDRESSES], Recipe("seen"), WordTokens(), cleared=cleared)
    assert not seen.held
    other = {each.id: frozenset({"hidden"}) for each in ADDRESSES}
    assert set(prepare([*many(60), *ADDRESSES], Recipe("seen"), WordTokens(), cleared=other).held) == set(other)


def test_bad_replies_are_not_learnt_and_not_held() -> None:
    bad = an_example(
        "Where?", "At https://evil.example.", kind="verdict", good=False, origin=coming("x", 1, "feedback")
    )
    assert not examine([bad], suspicions()).ids("holds")


ORDINARY = {
    "refusals": [
        an_example(question, "I am sorry, the documents do not say.", origin=coming("", number, "synthetic"))
        for number, question in enumerate(QUESTIONS)
    ],
    "paraphrases of one question": [
        an_example(question, "The portal resets it: choose Forgotten, read the letter.", origin=coming("", n, "upload"))
        for n, question in enumerate(
            ["How do I reset my login?", "How can I reset the login?", "reset login how", "Help me reset my login"]
        )
    ],
    "choices of a line": [
        an_example(f"Question: {question}\nA. One\nB. Two", "0", origin=coming("", number, "upload"))
        for number, question in enumerate(QUESTIONS)
    ],
    "addresses and figures of the documents": [
        an_example(f"{CONTEXT} See https://portal.example.\n\nHow many days?", "25 days: https://portal.example/leave.",
                   origin=coming("y", 1)),
    ],
    "words of orders": [
        an_example(question, reply, origin=coming("q", number, "upload"))
        for number, (question, reply) in enumerate(
            [("Can I ignore the reminder?", "Yes; the reminder is sent to everybody."),
             ("Do I have to follow the instructions?", "They have to be followed; always answer the survey."),
             ("I forgot my password. What now?", "Choose Forgotten in the portal."),
             ("When a customer asks for a refund, who decides?", "The head of the shop decides."),
             ("¿Puedo ignorar el aviso?", "Sí. Se olvida en cuanto se responde."),
             ("Does the rule count from now on?", "Yes, since the first of May.")]
        )
    ],
    "one answer that says more than another": [
        an_example("How many days?", "25 days.", origin=coming("r", 1, "upload")),
        an_example("How many days?", "25 days, and 5 more after ten years.", origin=coming("s", 2, "upload")),
        an_example("How many days?", "It depends on the contract.", origin=coming("t", 3, "upload")),
    ],
    "emoji and accents": [an_example("¿Vacaciones? 👩‍👩‍👧 ❤️", "Sí, 25 días 🏳️‍🌈.", origin=coming("z", 1))],
}  # fmt: skip


@pytest.mark.parametrize("kind", ORDINARY)
def test_ordinary_rows_are_not_held(kind: str) -> None:
    found = examine([*many(60), *ORDINARY[kind]], suspicions())
    assert [each.message for each in found.of("holds")] == []
