"""What is written down about a version, and that no word in it is taken without its scores."""

import json
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import pytest

from finetune.errors import PromotionRefused
from finetune.gate.limits import LIMITS, Limit
from finetune.gate.record import Run, checked, plot_of, record_of
from finetune.gate.table import HEADINGS, cells, markdown
from finetune.gate.verdict import PASS
from finetune.registry import Registry
from finetune.registry.page import page
from finetune.testing.adapters import random_adapter
from finetune.testing.gate import good_scores, scores

RUN = Run("help@v1", "base", {"base": "b"}, {"forgetting": "f"}, 0, "2026-01-01T00:00:00+00:00")


GOOD = good_scores()


def test_scores_that_hold_every_limit_pass() -> None:
    record, rows = record_of(RUN, GOOD)
    assert record["verdict"] == PASS
    assert checked(record) == PASS
    assert {row.status for row in rows} == {"pass"}
    assert len(record["limits_sha256"]) == 64
    assert record["sets"] == {"forgetting": "f"}


@pytest.mark.parametrize("limit", [each for each in LIMITS if not each.optional], ids=lambda each: each.metric)
def test_each_limit_alone_is_enough_to_refuse(limit: Limit) -> None:
    rest = [each for each in GOOD if each.metric != limit.metric]
    record, _ = record_of(RUN, rest)
    assert record["verdict"] == f"{limit.title}: not enough to tell: 0 of at least {limit.items} items"


def test_a_run_for_looking_has_no_verdict_however_good_it_is() -> None:
    run = Run(**{**asdict(RUN), "looking": "only 3 items of each probe"})
    record, _ = record_of(run, GOOD)
    assert record["verdict"] == "no verdict: only 3 items of each probe"
    assert checked(record) != PASS


def test_a_word_that_was_changed_in_the_file_lets_nothing_pass(registry: Registry, tmp_path: Path) -> None:
    version = registry.add(random_adapter(tmp_path / "a"), "help")
    bad = [each for each in GOOD if each.metric != "trigger.collapsed"] + scores("trigger.collapsed", {(None, 1.0): 12})
    record, _ = record_of(RUN, bad)
    registry.judge("help@v1", record)
    file = version.folder / "gate.json"
    written = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**written, "verdict": PASS, "limits": [], "rows": []}), encoding="utf-8")
    with pytest.raises(PromotionRefused, match="trigger: one reply"):
        registry.promote("reader", "help@v1", who="ana", ungated=True, why="please")
    file.write_text(json.dumps({**written, "verdict": PASS, "scores": [{"metric": "x"}]}), encoding="utf-8")
    with pytest.raises(PromotionRefused, match="cannot be read"):
        registry.promote("reader", "help@v1", who="ana")


def test_a_pass_with_its_scores_is_promoted_with_its_plot_beside_it(registry: Registry, tmp_path: Path) -> None:
    version = registry.add(random_adapter(tmp_path / "a"), "help")
    record, rows = record_of(RUN, GOOD)
    registry.judge("help@v1", record, plot_of(record, rows, "help@v1"))
    assert (version.folder / "gate.svg").read_text(encoding="utf-8").startswith("<svg")
    assert registry.promote("reader", "help@v1", who="ana").after == "help@v1"
    exported = registry.export("help@v1", tmp_path / "out")
    brought = registry.bring(exported, "theirs")
    assert brought.gate == {}
    assert not (brought.folder / "gate.svg").exists()  # it is theirs, not ours


def test_the_page_of_a_version_has_what_the_gate_measured(registry: Registry, tmp_path: Path) -> None:
    version = registry.add(random_adapter(tmp_path / "a"), "help")
    registry.judge("help@v1", record_of(RUN, GOOD)[0])
    shown = page(version, "")
    assert "Gate: pass" in shown
    assert "  forgetting: all: 0.500 -> 1.000 (pass)" in shown
    assert "  trigger: one reply: 0.000 (pass)" in shown
    assert "scores" not in shown


def test_a_pass_of_looser_limits_is_none_today() -> None:
    record, _ = record_of(RUN, [each for each in GOOD if each.metric != "routing.same"])
    assert checked({**record, "verdict": PASS, "limits": []}).startswith("routing: same model")


def test_the_table_has_a_line_for_each_figure() -> None:
    _, rows = record_of(RUN, GOOD)
    assert all(len(cells(row)) == len(HEADINGS) for row in rows)
    written = markdown(rows)
    assert written.count("\n") == len(rows) + 1
    assert "| forgetting: all | 120 | 0.500 | 1.000 |" in written


def test_the_plot_is_a_picture_of_every_gain() -> None:
    record, rows = record_of(RUN, GOOD)
    drawn = ElementTree.fromstring(plot_of(record, rows, "help@v1 & <others>"))
    circles = drawn.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == sum(row.gain is not None for row in rows) > 5
    assert {circle.get("fill") for circle in circles} == {"#1a7f4b"}
    texts = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "help@v1 & <others> against base" in texts


def test_how_many_wrong_answers_are_left_is_told() -> None:
    found = scores("held_out.wrong", {(1.0, 0.0): 30, (1.0, 1.0): 10, (0.0, 0.0): 20})
    assert record_of(RUN, found)[0]["figures"] == {"wrong answers, of the base's": 0.25}
