"""A file of claims, the check run over it, and its figures beside the baselines."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import InvalidRequest
from assistant.evaluation.binary import auroc, balanced_accuracy, balanced_interval, best_threshold, f1_of_false
from assistant.evaluation.halves import half_of
from assistant.evaluation.support import check, details_row, read_claims, summarise
from assistant.grounding.support.verdicts import ClaimVerdict
from knowledge.passage import Passage

ROWS: list[dict[str, Any]] = [
    {"id": "1", "lang": "en", "context": "Cats sleep. Dogs run.", "claim": "Cats sleep.", "supported": True},
    {"id": "1", "lang": "en", "context": "Cats sleep. Dogs run.", "claim": "Cats sleep.", "supported": True},
    {"id": "2", "lang": "en", "context": "Cats sleep. Dogs run.", "claim": "Dogs never run.", "supported": False},
    {"id": "3", "lang": "es", "context": "Los gatos duermen.", "claim": "Los gatos vuelan.", "supported": False},
    {"id": "4", "context": "Los gatos duermen en la casa.", "claim": "Los gatos duermen en casa.", "supported": True},
]


class Checking:
    """Backs what has no word of `denied` in it, and keeps what it read and was asked."""

    def __init__(self, *denied: str) -> None:
        self.denied = denied
        self.read: list[str] = []
        self.asked: list[str] = []

    def prime(self, passages: Sequence[Passage]) -> None:
        self.read += [each.text for each in passages]

    def verdicts(self, claims: Sequence[str], passages: Sequence[Passage]) -> list[ClaimVerdict]:
        assert self.read[-1] == passages[0].text
        self.asked += claims
        bad = any(word in claims[0] for word in self.denied)
        return [ClaimVerdict(claims[0], "contradicted" if bad else "supported", 0.1 if bad else 0.9, asked=bad)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "claims.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), "utf-8")
    return path


def test_each_context_is_read_once_and_a_repeated_claim_checked_once(file: Path) -> None:
    checking, steps = Checking(), list[tuple[int, int]]()
    checked = list(check(checking, read_claims(file).chosen, lambda done, total: steps.append((done, total))))
    assert checking.read == [ROWS[0]["context"], ROWS[3]["context"], ROWS[4]["context"]]
    assert checking.asked == [ROWS[0]["claim"], ROWS[2]["claim"], ROWS[3]["claim"], ROWS[4]["claim"]]
    assert len(checked) == len(ROWS)
    assert steps[-1] == (5, 5)


def test_figures_overall_and_per_language_with_the_baselines(file: Path) -> None:
    data = read_claims(file)
    figures = summarise(data, list(check(Checking("never", "vuelan"), data.chosen)))
    assert figures["n"] == 5
    assert figures["balanced_accuracy"] == figures["auroc"] == figures["f1_unsupported"] == 1.0
    assert figures["asked_share"] == 0.4
    assert figures["ms_per_claim_p50"] is not None
    assert figures["by_language"].keys() == {"en", "es"}
    assert figures["baselines"]["majority"] == {"balanced_accuracy": 0.5, "auroc": 0.5, "f1_unsupported": 0.0}
    assert figures["baselines"]["word_overlap"].keys() == figures["baselines"]["majority"].keys()


def test_half_is_taken_by_id_and_the_baseline_is_still_chosen_on_the_tune_half(file: Path) -> None:
    data = read_claims(file, "test")
    assert {half_of(each.id) for each in data.chosen} == {"test"}
    assert len(data.everything) == len(ROWS)
    assert summarise(data, list(check(Checking(), data.chosen)))["n"] == len(data.chosen)


def test_a_details_row_has_the_verdict_and_its_times(file: Path) -> None:
    (first, *_) = check(Checking(), read_claims(file).chosen)
    row = details_row(first)
    assert (row["id"], row["verdict"], row["score"], row["supported"]) == ("1", "supported", 0.9, True)
    assert row["claim_ms"] >= 0


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"claim": " "}, "line 1: `claim` is empty"),
        ({"context": ""}, "line 1: `context` is empty"),
        ({"supported": "yes"}, "true or false"),
        ({"claim": 3}, "a text"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(json.dumps({**ROWS[0], **changes}) + "\n", "utf-8")
    with pytest.raises(InvalidRequest, match=complaint):
        read_claims(path)


def test_a_half_without_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(json.dumps(ROWS[0]) + "\n", "utf-8")
    with pytest.raises(InvalidRequest, match="--half all"):
        read_claims(path, "tune" if half_of("1") == "test" else "test")


def test_auroc_counts_ties_half_and_needs_both_kinds() -> None:
    assert auroc([True, False, True], [0.9, 0.1, 0.1]) == 0.75
    assert auroc([True], [0.5]) is None


def test_balanced_accuracy_weighs_both_kinds_alike() -> None:
    assert balanced_accuracy([True] * 9 + [False], [True] * 10) == 0.5
    assert balanced_accuracy([True], [True]) is None
    low, high = balanced_interval([True] * 9 + [False] * 9, [True] * 9 + [False] * 6 + [True] * 3) or (0, 0)
    assert 0.6 < low < 5 / 6 < high < 1


def test_f1_of_what_is_not_supported() -> None:
    assert f1_of_false([False, False, True], [False, True, False]) == 0.5
    assert f1_of_false([True], [True]) is None


def test_the_best_threshold_separates_what_can_be_separated() -> None:
    assert best_threshold([True, True, False], [0.9, 0.7, 0.2]) == 0.7
    assert best_threshold([True], [0.9]) == 0.5
