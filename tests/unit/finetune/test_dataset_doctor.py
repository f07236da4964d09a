"""What each check of the doctor finds, and lets pass."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from finetune.doctor.balance import Balance, kto_weights
from finetune.doctor.caps import Caps
from finetune.doctor.completions import Completions
from finetune.doctor.duplicates import Duplicates
from finetune.doctor.findings import Check, examine
from finetune.doctor.leakage import Asked, Leakage, read_evaluation
from finetune.doctor.lengths import Lengths, percentile
from finetune.doctor.masking import Masking, preview
from finetune.doctor.shape import Shape
from finetune.doctor.tokens import Sizes
from finetune.errors import ExamplesInvalid
from finetune.examples import ChatMessage, Example, Origin
from finetune.testing.examples import WordTokens, an_example, many

LEAVE = "# Leave\nEvery employee has 25 days of annual leave, and five more after ten years in the house.\n\n"
BIKES = "# Bicycles\nBicycles are kept in the cellar, and whoever comes by one gets forty euros a month.\n\n"


def _dropped(check: Check, rows: Sequence[Example]) -> list[Example]:
    gone = examine(rows, [check]).ids("drops")
    return [each for each in rows if each.id in gone]


def _of(number: int, user: str = "ana") -> Origin:
    return Origin("edit", user, f"c{number}", created=f"2026-01-{number + 1:02}")


def test_shape() -> None:
    good = many(3)
    bad = Example("x", "chat", (ChatMessage("assistant", "Hm."),), "Yes.", Origin("upload"))
    assert _dropped(Shape(), [*good, bad]) == [bad]
    assert "message 1 is of the role assistant" in examine([bad], [Shape()]).findings[0].message


def test_exact_and_near_duplicates_keep_the_first() -> None:
    first = an_example(f"{LEAVE}How many days of leave do I get?", "You get 25 days of leave a year, all paid.")
    same = an_example(
        f"{LEAVE}How many days of leave do I get? ", "You get 25 days of leave a year,  all paid.", origin=_of(1)
    )
    near = an_example(f"{LEAVE}How many days of leave do I get then?", "You get 25 days of leave a year, all paid!",
                      origin=_of(2))  # fmt: skip
    assert _dropped(Duplicates(), [first, same, near, *many(20)]) == [same, near]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (an_example(f"{LEAVE}Can I carry leave over?", "0"), an_example(f"{LEAVE}Is the kitchen open at night?", "0")),
        (an_example(f"{LEAVE}How many days?", "0"), an_example(f"{BIKES}How many days?", "0")),
        (an_example(f"{LEAVE}How many days?", "25 days."), an_example(f"{LEAVE}How many days?", "Thirty in all.")),
        (an_example(LEAVE, "25", kind="verdict", good=True), an_example(LEAVE, "25")),
    ],
    ids=["other question", "other documents", "other reply", "other kind"],
)
def test_what_only_looks_like_a_duplicate_stays(one: Example, other: Example) -> None:
    assert _dropped(Duplicates(), [one, other, *many(10)]) == []


def test_a_reply_that_was_called_good_and_bad_teaches_nothing() -> None:
    up, down = (an_example(kind="verdict", good=good, origin=_of(number)) for number, good in enumerate((True, False)))
    assert _dropped(Duplicates(), [up, down, *many(4)]) == [up, down]


def test_lengths_and_rows_longer_than_the_context() -> None:
    rows, long = many(40), an_example("Why? " * 300)
    report = examine([*rows, long], [Lengths(Sizes(WordTokens()), 100)])
    dropped, note = report.findings
    assert dropped.rows == (long.id,)
    assert "1 row left out: longer than the context of 100 tokens (the longest has 920)" in dropped.message
    figures = note.figures
    assert figures["p50"] <= figures["p95"] <= figures["p99"] <= figures["longest"] <= 100
    assert figures["left_out"] == 1


def test_the_longer_reply_of_a_preference_has_to_fit() -> None:
    row = an_example("Why?", "So.", kind="preference", rejected="Because " * 100)
    assert _dropped(Lengths(Sizes(WordTokens()), 100), [row]) == [row]


@pytest.mark.parametrize(("share", "value"), [(0.5, 5), (0.95, 10), (0.99, 10), (0.0, 1), (1.0, 10)])
def test_percentiles(share: float, value: int) -> None:
    assert percentile(range(1, 11), share) == value


@pytest.mark.parametrize(("good", "bad"), [(10, 10), (133, 100), (400, 50), (50, 400), (99, 100), (1, 1000), (30, 22)])
def test_weights_bring_the_ratio_between_one_and_a_third_more(good: int, bad: int) -> None:
    of_good, of_bad = kto_weights(good, bad)
    assert 1.0 <= of_good * good / (of_bad * bad) <= 1.33
    assert 1.0 in (of_good, of_bad)


def test_balance_counts_and_weighs() -> None:
    rows = [an_example(f"Q{n}?", f"A{n}.", kind="verdict", good=n % 4 != 0, origin=_of(n)) for n in range(28)]
    counts, thumbs = examine(rows, [Balance()]).findings
    assert counts.figures["kind"] == {"verdict": 28}
    assert "at least 20 of each" in thumbs.message
    more = [an_example(f"R{n}?", f"B{n}.", kind="verdict", good=n % 4 != 0, origin=_of(n)) for n in range(100)]
    assert examine(more, [Balance()]).findings[1].figures["undesirable_weight"] == pytest.approx(2.58, abs=0.01)


def test_of_no_rows_nothing_is_said() -> None:
    assert examine([], [Balance(), Masking(Sizes(WordTokens())), Completions(), Duplicates()]).findings == ()


def test_empty_and_short_replies() -> None:
    dots, yes = an_example("Q?", "..."), an_example("R?", "Yes")
    assert _dropped(Completions(), [dots, yes, *many(4)]) == [dots]
    many_short = [an_example(f"Q{number}?", "0") for number in range(9)]
    assert "to choose, not to write" in examine(many_short, [Completions()]).findings[0].message


def test_one_person_teaches_only_so_much() -> None:
    rows = [an_example(f"Q{number}?", origin=_of(number, "ana")) for number in range(8)]
    rows += [an_example(f"R{number}?", origin=_of(number, "eva")) for number in range(3)]
    assert _dropped(Caps(5), rows) == rows[:3]  # the oldest
    assert _dropped(Caps(2), many(20)) == []  # an upload is not feedback


def test_masks_of_a_row() -> None:
    tokens, row = WordTokens(), an_example("How long?", "Three years.", system="Answer.")
    found = preview(row, tokens)
    assert found.masked == "<|system|>Answer.<|end|><|user|>How long?<|end|><|assistant|>"
    assert found.learnt == "Three years.<|end|>"
    figures = examine([row], [Masking(Sizes(tokens))]).findings[0].figures
    assert figures == {"masked": found.masked_tokens, "learnt": found.learnt_tokens}


def test_leakage_of_questions_and_answers() -> None:
    held = [
        Asked("How many days of annual leave does everybody get?", ""),
        Asked("?", "The warranty of the pump lasts three years and does not cover rust or wrong voltage."),
    ]
    same = an_example(f"{LEAVE}Question: how many days of annual leave does everybody get\nAnswer:", "25.")
    answer = an_example("Pump?", "B\nThe warranty of the pump lasts three years and does not cover rust.")
    other = an_example(f"{LEAVE}Question: How many days of parental leave are there?\nAnswer:", "0")
    assert _dropped(Leakage({"the test": held}), [same, answer, other, *many(20)]) == [same, answer]


def test_evaluation_files(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    rows = [
        {"question": "Q1?", "reference": "A1"},
        {"text": "Q2?", "answers": ["x"]},
        {"prompt": "Q3?", "answer": "A3"},
    ]
    file.write_text("\n\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert read_evaluation(tmp_path) == [Asked("Q1?", "A1"), Asked("Q2?"), Asked("Q3?", "A3")]
    for content, why in (('{"a": 1}', "line 1: it has no `question`"), ("{", "line 1: no question"), ("[]", "line 1")):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(ExamplesInvalid, match=why):
            read_evaluation(file)
    with pytest.raises(ExamplesInvalid, match="cannot be read"):
        read_evaluation(tmp_path / "nothing.jsonl")


def test_reports_count_and_say_what_was_found_on_a_row() -> None:
    dots = an_example("Q?", "...")
    report = examine([dots, *many(3)], [Completions(), Balance()])
    assert [each.check for each in report.why(dots.id)] == ["completions"]
    said = report.asdict()
    assert said["rows"] == 4
    assert json.loads(json.dumps(said))["findings"][0] == {
        "check": "completions", "level": "drops", "rows": 1, "figures": {},
        "message": "1 row left out: the reply holds no letter and no figure.",
    }  # fmt: skip
