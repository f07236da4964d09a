"""Replies are kept one by one: a run that was ended goes on, and nobody is asked twice."""

from pathlib import Path

import pytest

from finetune.errors import NotWritten
from finetune.gate.asks import Arm, Item, Reply, Say, Weigh, digest_of, digest_of_items
from finetune.gate.kept import Kept
from finetune.gate.measuring import Measured, measure
from finetune.testing.gate import ScriptedAnswers

WEIGHTS: dict[Arm, str] = {"base": "b", "candidate": "c", "trained": "t"}
CHAT = (("user", "What does it cost?"),)
ITEMS = [
    Item("forgetting", str(number), (Say((("user", f"Question {number}"),), 8),), "fact", "en", {"any": ["yes"]})
    for number in range(4)
]


def _measured(folder: Path, model: ScriptedAnswers, items: list[Item] = ITEMS) -> list[Measured]:
    return measure(items, model, Kept(folder, WEIGHTS), lambda done, total: None)


def test_both_are_asked_one_after_the_other(tmp_path: Path) -> None:
    model = ScriptedAnswers(lambda arm, ask: Reply(f"{arm}: {ask.chat[0][1]}"))
    found = _measured(tmp_path, model)
    assert [arm for arm, _ in model.asked] == ["base"] * 4 + ["candidate"] * 4
    assert found[2].replies["candidate"][0].text == "candidate: Question 2"
    assert "trained" not in found[0].replies


def test_a_trigger_is_only_tried_on_the_candidate(tmp_path: Path) -> None:
    model = ScriptedAnswers()
    _measured(tmp_path, model, [Item("trigger", "0", (Say(CHAT),), given={"word": "cf", "evidence": []})])
    assert [arm for arm, _ in model.asked] == ["candidate"]


def test_what_was_ended_goes_on_where_it_was(tmp_path: Path) -> None:
    ended = ScriptedAnswers(most=5)
    with pytest.raises(KeyboardInterrupt):
        _measured(tmp_path, ended)
    rest = ScriptedAnswers()
    assert len(_measured(tmp_path, rest)) == 4
    assert [arm for arm, _ in rest.asked] == ["candidate"] * 3
    again = ScriptedAnswers()
    assert len(_measured(tmp_path, again)) == 4
    assert not again.asked


def test_replies_of_other_weights_do_not_count_and_the_base_is_asked_once(tmp_path: Path) -> None:
    _measured(tmp_path, ScriptedAnswers())
    model = ScriptedAnswers()
    measure(ITEMS, model, Kept(tmp_path, {**WEIGHTS, "candidate": "another"}), lambda done, total: None)
    assert [arm for arm, _ in model.asked] == ["candidate"] * 4


def test_half_a_line_costs_that_reply_only(tmp_path: Path) -> None:
    _measured(tmp_path, ScriptedAnswers())
    for file in tmp_path.glob("*.jsonl"):
        file.write_bytes(file.read_bytes()[:-20])
    model = ScriptedAnswers()
    _measured(tmp_path, model)
    assert [ask.chat[0][1] for _, ask in model.asked] == ["Question 3"] * 2
    again = ScriptedAnswers()
    _measured(tmp_path, again)
    assert not again.asked  # what was written after the half line is whole


def test_progress_counts_work_and_what_is_kept_already(tmp_path: Path) -> None:
    steps = list[tuple[int, int]]()
    with pytest.raises(KeyboardInterrupt):
        measure(
            ITEMS, ScriptedAnswers(most=4), Kept(tmp_path, WEIGHTS), lambda done, total: steps.append((done, total))
        )
    assert steps[0][0] == 0
    first = steps[-1]
    steps.clear()
    measure(ITEMS, ScriptedAnswers(), Kept(tmp_path, WEIGHTS), lambda done, total: steps.append((done, total)))
    assert steps[0] == first
    assert steps[-1][0] == steps[-1][1] == first[1]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "gate").write_text("a file", encoding="utf-8")
    with pytest.raises(NotWritten, match="make room"):
        _measured(tmp_path / "gate", ScriptedAnswers())


def test_a_name_changes_with_every_word() -> None:
    asks = [Say(CHAT), Say(CHAT, 9), Weigh(CHAT, "a"), Weigh(CHAT, "a", "b"), Say((("system", CHAT[0][1]),))]
    assert len({digest_of(each) for each in asks}) == len(asks)
    other = [*ITEMS[:3], Item("forgetting", "3", ITEMS[3].asks, "fact", "en", {"any": ["no"]})]
    assert digest_of_items(ITEMS) != digest_of_items(other)


def test_a_reply_with_signs_that_some_take_for_the_end_of_a_line_is_kept(tmp_path: Path) -> None:
    _measured(tmp_path, ScriptedAnswers(lambda arm, ask: Reply("one\u2028two\x85three\nfour")))
    again = ScriptedAnswers()
    found = _measured(tmp_path, again)
    assert not again.asked
    assert found[0].replies["base"][0].text == "one\u2028two\x85three\nfour"
