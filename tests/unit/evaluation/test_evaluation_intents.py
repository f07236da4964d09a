"""`evaluate intents`: the sets it reads and the figures it gives."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from assistant.errors import InvalidRequest
from assistant.evaluation.intents import Guessed, measure_intents, summary
from assistant.evaluation.labelled import Labelled, read_labelled
from assistant.routing.head import Opinion
from knowledge.testing.embedder import HashingEmbedder

WORDS = {"lights": "lamp bulb bright dim", "music": "song play album loud", "oos": "tax visa lawyer court"}


def _rows(names: tuple[str, ...], **more: str) -> list[dict[str, str | None]]:
    texts = [(f"{first} {second}", name) for name in names for first in WORDS[name].split() for second in "abc"]
    return [{"text": text, "label": label, **more} for text, label in texts]


def _write(file: Path, rows: list[dict[str, str | None]]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _write(tmp_path / "train.jsonl", _rows(("lights", "music")))
    _write(tmp_path / "test.jsonl", _rows(("lights", "music"), lang="EN") + _rows(("oos",), lang="es"))
    return tmp_path


def _guessed(label: str, guess: str, fit: float, scope: float) -> Guessed:
    return Guessed(Labelled("x", label), Opinion(guess, 0.9, {}, fit), scope)


def test_a_set_is_measured_and_what_is_out_of_scope_found(folder: Path) -> None:
    figures, guessed = measure_intents(read_labelled(folder), HashingEmbedder(), Console(quiet=True))
    assert figures["accuracy_in_scope"] == 1.0
    assert figures["oos_recall_at_5pct_reject"] > 0.9
    assert figures["oos_auroc"] > 0.95
    assert figures["threshold_from"] == "left-out examples"
    assert {"macro_f1", "fit_seconds", "predict_ms_p95", "embedder"} <= set(figures)
    assert set(figures["by_language"]) == {"en", "es"}
    assert figures["by_language"]["es"]["accuracy_in_scope"] is None
    assert guessed[0].details()["lang"] == "en"


def test_the_threshold_comes_from_validation_where_there_is_some(folder: Path) -> None:
    _write(folder / "validation.jsonl", _rows(("lights", "music")))
    figures, _ = measure_intents(read_labelled(folder), HashingEmbedder(), Console(quiet=True))
    assert figures["threshold_from"] == "validation"


def test_embeddings_are_kept_for_the_next_run(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    first, _ = measure_intents(read_labelled(folder), HashingEmbedder(), Console(quiet=True), vectors=kept)
    assert len(list(kept.glob("*.npy"))) == 2
    again, _ = measure_intents(read_labelled(folder), HashingEmbedder(), Console(quiet=True), vectors=kept)
    assert again["oos_auroc"] == first["oos_auroc"]


def test_figures_count_what_was_rejected_as_wrong_where_they_say_so() -> None:
    rows = [
        _guessed("a", "a", 0.5, 0.9), _guessed("b", "b", 0.01, 0.1), _guessed("b", "a", 0.4, 0.8),
        _guessed("oos", "a", 0.01, 0.0), _guessed("oos", "a", 0.3, 0.5),
    ]  # fmt: skip
    found = summary(rows)
    assert found["accuracy_in_scope"] == pytest.approx(2 / 3)
    assert found["accuracy_at_5pct_reject"] == pytest.approx(1 / 3)
    assert found["rejected_in_scope"] == pytest.approx(1 / 3)
    assert found["oos_recall_at_5pct_reject"] == 0.5
    assert found["oos_auroc"] == pytest.approx(5 / 6)
    assert found["accuracy_at_80pct_oos_recall"] == pytest.approx(1 / 3)
    assert found["macro_f1"] == pytest.approx((0.5 + 0.0 + 0.5) / 3)


def test_files_by_language_are_divided_by_text_and_null_labels_left_out(tmp_path: Path) -> None:
    _write(tmp_path / "en.jsonl", [*_rows(("lights", "music")), {"text": "hm", "label": None}])
    _write(tmp_path / "es.jsonl", _rows(("lights", "music")))
    data = read_labelled(tmp_path)
    assert (len(data.train) + len(data.test), data.unlabelled) == (48, 1)
    assert {row.language for row in data.test} == {"en", "es"}
    assert not {row.text for row in data.train} & {row.text for row in data.test}


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "holds no labelled texts"),
        ({"train": "", "test": ""}, r"train\.jsonl is empty"),
        ({"train": '{"text": " ", "label": "a"}', "test": "{}"}, r"train\.jsonl, line 1: `text` is empty"),
        ({"train": '{"text": "x", "label": "a"}', "test": '{"text": "x", "label": "a"}'}, "trains on 1 label"),
        ({"train": '{"text": "x", "label": "a"}\n{"text": "y", "label": "b"}', "test": '{"text": "x"}'}, "no test"),
    ],
)
def test_what_is_wrong_with_a_set_is_said(tmp_path: Path, files: dict[str, str], why: str) -> None:
    for name, content in files.items():
        (tmp_path / f"{name}.jsonl").write_text(content)
    with pytest.raises(InvalidRequest, match=why):
        read_labelled(tmp_path)
