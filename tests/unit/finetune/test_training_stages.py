"""Which rows are learnt with which method, and which are left out and why."""

import pytest

from finetune.errors import TrainingRefused
from finetune.examples import Example
from finetune.testing.examples import an_example
from finetune.training.stages import stages_of


def _replies(count: int) -> list[Example]:
    return [an_example(f"Question {n}?", f"Reply {n}.") for n in range(count)]


def _pairs(count: int) -> list[Example]:
    return [an_example(f"Which {n}?", f"This {n}.", kind="preference", rejected="No.") for n in range(count)]


def _verdicts(good: int, bad: int) -> list[Example]:
    return [
        an_example(f"What {n}?", f"That {n}.", kind="verdict", good=n < good) for n in range(good + bad)
    ]  # fmt: skip


def test_replies_come_first_then_pairs_then_verdicts() -> None:
    rows = [*_verdicts(30, 30), *_pairs(50), *_replies(50)]
    stages, notes = stages_of(rows, _replies(5), "auto", 50)
    assert [(each.name, len(each.train), len(each.held_out)) for each in stages] == [
        ("sft", 50, 5), ("dpo", 50, 0), ("kto", 60, 0),
    ]  # fmt: skip
    assert not notes


def test_what_there_is_too_little_of_is_left_out_and_told() -> None:
    stages, notes = stages_of([*_replies(50), *_pairs(3), *_verdicts(55, 5)], [], "auto", 50)
    assert [each.name for each in stages] == ["sft"]
    assert notes == [
        "3 pairs left out: at least 50 are needed.",
        "60 verdicts left out: 55 are good and 5 bad, and of each 20 are needed.",
    ]


def test_another_method_leaves_the_others_out() -> None:
    stages, notes = stages_of([*_replies(50), *_pairs(50)], [], "dpo", 50)
    assert [each.name for each in stages] == ["dpo"]
    assert notes == ["50 replies left out: the method is dpo."]


def test_verdicts_alone_can_be_learnt_from() -> None:
    stages, _ = stages_of(_verdicts(20, 40), [], "auto", 50)
    assert stages[0].weights == (2.33, 1.0)
    with pytest.raises(TrainingRefused, match="0 bad"):
        stages_of(_verdicts(60, 0), [], "kto", 50)


def test_ten_rows_are_too_few_unless_one_says_so() -> None:
    with pytest.raises(TrainingRefused, match=r"10 replies, 0 pairs, 0 verdicts; 50 are needed"):
        stages_of(_replies(10), [], "auto", 50)
    assert stages_of(_replies(10), [], "auto", 10)[0][0].name == "sft"
