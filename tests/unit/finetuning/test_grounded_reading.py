"""What the reader made of held-out questions, in figures."""

from collections.abc import Mapping, Sequence
from math import log
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import BaseMessage

from assistant.finetuning.reading import Reading, figures, read_held_out
from assistant.finetuning.search import Searches
from assistant.settings import Settings
from assistant.testing.models import ScriptedModels
from finetune.organisations.organisation import Line, LineQuestion, Organisation
from knowledge.testing.embedder import HashingEmbedder

RIGHT = Line("a.md", "Motorcycles cost 25 euros.")
PARK = Organisation(
    "park",
    {"a.md": "# Car park\n\nCars cost 60 euros.\n\nMotorcycles cost 25 euros.\n\nThe gate closes at ten."},
    (LineQuestion("what do motorcycles cost", "en", "single", (RIGHT,), ()),
     LineQuestion("what do cars cost", "en", "single", (RIGHT,), ()),  # it will pick the line of cars
     LineQuestion("what do boats cost", "en", "unanswerable", (), ())),
)  # fmt: skip


class Naming(ScriptedModels):
    """A reader that is sure of the line which begins as the question asks, and otherwise sure of none."""

    def first_token(self, role: str, messages: Sequence[BaseMessage]) -> Mapping[str, float]:
        assert role == "reader"
        text = messages[-1].text
        wanted = "Motorcycles" if "motorcycles" in text else "Cars" if "do cars" in text else "Boats"
        label = next((line[0] for line in text.splitlines() if line[1:].startswith(f". {wanted}")), "0")
        return {label: log(0.9), "0": log(0.1)} if label != "0" else {"0": log(1.0)}


class Hashed:
    def embedder(self) -> HashingEmbedder:
        return HashingEmbedder()

    line_embedder = embedder


def test_the_readers_first_choice_is_held_against_the_marked_line(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    searches = Searches(Settings(home=tmp_path), Hashed())
    readings = read_held_out([PARK], searches, Naming(has_reader=True), lambda *step: heard.append(step))
    assert [(each.answerable, each.there, each.right) for each in readings] == [
        (True, True, True), (True, True, False), (False, False, False),
    ]  # fmt: skip
    assert readings[0].found == pytest.approx(0.9, abs=0.01)
    assert readings[2].found < 0.1
    assert heard == [(1, 3), (2, 3), (3, 3)]


def _reading(language: str = "en", **changes: Any) -> Reading:
    values = {"answerable": True, "there": True, "right": True, "found": 0.9, **changes}
    return Reading(language, **values)


def test_figures_overall_and_by_language() -> None:
    unsaid = [_reading(answerable=False, there=False, right=False, found=found) for found in (0.1, 0.2, 0.3, 0.4, 0.8)]
    readings = [
        _reading(), _reading(found=0.7, right=False),
        _reading("es"), _reading("es", found=0.05, there=False, right=False), *unsaid,
    ]  # fmt: skip
    found = figures(readings)
    assert list(found) == ["all", "en", "es"]
    everything = found["all"]
    assert everything["questions"] == 9
    assert everything["right line first, where it is there"] == pytest.approx(2 / 3, abs=0.001)
    assert everything["answered, 80 % of unanswerable withheld"] == 0.75
    assert everything["answered and right, 80 % of unanswerable withheld"] == 0.5
    assert everything["AUROC, answerable or not"] == pytest.approx((5 + 4 + 5 + 0) / 20)


def test_figures_that_cannot_be_had_are_left_out() -> None:
    assert figures([_reading("es")])["es"] == {"questions": 1, "right line first, where it is there": 1.0}
    assert figures([_reading(answerable=False, there=False)])["all"] == {"questions": 1}
