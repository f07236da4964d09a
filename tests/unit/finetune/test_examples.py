"""An example is one line of JSON with exactly its fields; its id is that of what it holds."""

import json
from dataclasses import replace

import pytest

from finetune.asked import context_of, question_of
from finetune.errors import ExamplesInvalid
from finetune.examples import ChatMessage, Example, Origin, disorder, example, from_json, to_line
from finetune.groups import common, may_read
from finetune.testing.examples import an_example


def test_there_and_back() -> None:
    made = an_example(kind="preference", rejected="No.", system="Be kind.", origin=Origin("edit", "ana", "c1", ("d1",)))
    row = json.loads(to_line(made))
    assert set(row) == {"id", "kind", "messages", "completion", "rejected", "good", "origin"}
    assert from_json(row) == made


def test_the_id_is_of_content_and_origin_alone() -> None:
    one = an_example(origin=Origin("edit", "ana", created="2026-01-01"))
    assert an_example(origin=Origin("edit", "ana", created="2027-01-01", reviewed_by="eva")).id == one.id
    assert an_example(origin=Origin("edit", "eva")).id != one.id
    assert an_example(completion="None.", origin=Origin("edit", "ana")).id != one.id


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"extra": 1}, "`extra` is not a field"),
        ({"kind": "story"}, "is not known"),
        ({"good": "yes"}, "`good` is neither"),
        ({"messages": "hello"}, "`messages` is not a list"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "a message is not"),
        ({"completion": 7}, "`completion` is not a text"),
        ({"completion": " "}, "the completion is empty"),
        ({"origin": []}, "`origin` is not an object"),
        ({"kind": "verdict"}, "does not say whether"),
        ({"kind": "preference"}, "no reply that was rejected"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], why: str) -> None:
    row = {**json.loads(to_line(an_example())), **change}
    with pytest.raises(ExamplesInvalid, match=why):
        from_json(row)


def test_a_missing_field_is_named() -> None:
    row = json.loads(to_line(an_example()))
    del row["origin"]["licence"]
    with pytest.raises(ExamplesInvalid, match=r"`origin.licence` is missing"):
        from_json(row)


@pytest.mark.parametrize(
    ("roles", "why"),
    [
        ("uau", ""), ("su", ""), ("u", ""), ("", "no messages"), ("a", "message 1 is of the role assistant"),
        ("uu", "message 2 is of the role user where assistant should follow"), ("us", "which only the first"),
        ("ua", "does not end with the role user"), ("s", "does not end with the role user"),
    ],
)  # fmt: skip
def test_roles_in_order(roles: str, why: str) -> None:
    names = {"u": "user", "a": "assistant", "s": "system"}
    found = disorder([ChatMessage(names[each], "text") for each in roles])  # type: ignore[arg-type]
    assert (why in found) if why else not found


def test_the_same_reply_twice_is_no_preference() -> None:
    with pytest.raises(ExamplesInvalid, match="the same"):
        example("preference", [ChatMessage("user", "x")], "Yes. ", Origin("edit"), rejected=" Yes.")


def _asked(text: str) -> Example:
    return replace(an_example(), messages=(ChatMessage("system", "Answer."), ChatMessage("user", text)))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("How long?", "How long?"),
        ("Question: How long?\n\n# Leave\nA. 25 days\n\nQuestion: How long?\nLine, and the answer:", "How long?"),
        ("how long is it\n\n# Leave > Days\n25 days a year", "how long is it"),
        ("Information:\n" + "25 days a year. " * 40 + "\n\nHow long?", "How long?"),
        ("I moved house.\n\nWhat do I do?", "I moved house.\n\nWhat do I do?"),
    ],
)
def test_the_question_is_told_from_what_it_is_answered_from(text: str, question: str) -> None:
    assert question_of(_asked(text)) == question
    if question != text:
        assert question not in context_of(_asked(text)).replace("Question:", "")[: len(question)]
        assert "25 days" in context_of(_asked(text))


def test_groups_in_common() -> None:
    assert common([]) == ("everyone",)
    assert common([("everyone", "hr"), ("hr", "sales")]) == ("hr", "sales")
    assert common([("hr",), ("sales",)]) == ()
    assert may_read(("everyone",), "hr")
    assert may_read(("hr",), "hr")
    assert not may_read(("hr",), "everyone")
