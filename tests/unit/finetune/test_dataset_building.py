"""From rows to a version: what is left out is told, groups hold, and too few rows are refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from finetune.building import Recipe, build, prepare
from finetune.datasets import Datasets
from finetune.errors import ExamplesInvalid
from finetune.examples import Example, Origin
from finetune.split import crossing
from finetune.testing.examples import WordTokens, an_example, many

TOKENS = WordTokens()


@pytest.fixture
def datasets(tmp_path: Path) -> Datasets:
    return Datasets(tmp_path)


def test_a_version_with_its_card(datasets: Datasets) -> None:
    recipe = Recipe("support", seed=3)
    version, new = build(prepare(many(100), recipe, TOKENS), recipe, datasets)
    assert new
    card = version.card
    assert (card["name"], card["version"], card["parent"]) == ("support", "v1", None)
    assert card["counts"]["kind"] == {"chat": 100}
    assert card["split"]["seed"] == 3
    assert card["split"]["train"] + card["split"]["held_out"] == 100
    assert card["split"]["by"] == "documents"
    assert (card["licences"], card["groups"]) == (["own"], ["everyone"])
    assert {each["check"] for each in card["report"]["findings"]} >= {"lengths", "balance", "masking"}
    assert crossing([version.train(), version.held_out()]) == set()
    again, new = build(prepare(many(100)[::-1], recipe, TOKENS), recipe, datasets)
    assert (again.name, new) == ("support@v1", False)


def test_ten_rows_are_too_few_and_the_least_number_is_said(datasets: Datasets) -> None:
    recipe = Recipe("support")
    with pytest.raises(
        ExamplesInvalid, match=r"10 examples are too few for a dataset; at least 50 are needed\. Collect"
    ):
        build(prepare(many(10), recipe, TOKENS), recipe, datasets)
    assert datasets.names() == []


def _for(groups: tuple[str, ...], rows: list[Example]) -> list[Example]:
    return [replace(each, origin=replace(each.origin, groups=groups)) for each in rows]


def test_a_dataset_of_a_group_holds_what_every_member_may_read(datasets: Datasets) -> None:
    rows = many(120)
    rows = [*rows[:60], *_for(("hr",), rows[60:90]), *_for(("hr", "sales"), rows[90:110]), *_for((), rows[110:])]
    counts = {}
    for group in ("everyone", "hr", "sales"):
        recipe = Recipe(f"for-{group}", group)
        prepared = prepare(rows, recipe, TOKENS)
        counts[group] = len(prepared.rows)
        assert any(each.check == "groups" for each in prepared.report.findings)
        version, _ = build(prepared, recipe, datasets)
        assert group in version.card["groups"]
    assert counts == {"everyone": 60, "hr": 110, "sales": 80}


def test_only_kinds_that_are_asked_for() -> None:
    verdict = an_example("Why?", "So it is.", kind="verdict", good=True, origin=Origin("feedback", "ana"))
    assert verdict not in prepare([*many(50), verdict], Recipe("x", kinds=("chat",)), TOKENS).rows
    assert prepare([*many(50), verdict], Recipe("x", kinds=("verdict",)), TOKENS).rows == (verdict,)


def test_what_one_check_leaves_out_the_next_one_does_not_count() -> None:
    long = [an_example(f"Why {number}? " * 400) for number in range(3)]
    prepared = prepare([*many(60), *long], Recipe("x", context=500), TOKENS)
    figures = {each.check: each.figures for each in prepared.report.findings if each.figures}
    assert figures["balance"]["kind"] == {"chat": 60}
    assert figures["lengths"]["longest"] <= 500
    assert len(prepared.rows) == 60


def test_the_same_row_after_scrubbing_is_one(datasets: Datasets) -> None:
    twice = [an_example(f"Call {number}.", "Noted and filed.") for number in ("612 345 678", "699 123 456")]
    prepared = prepare([*many(60), *twice], Recipe("x"), TOKENS)
    assert len(prepared.rows) == 61
