"""Fifty secrets and thirty poisoned rows come in as an operator and people bring them in; none is in what is built."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.finetuning import gathering
from assistant.models.models import Models
from assistant.testing.homes import furnish
from assistant.testing.planting import ORDINARY, plant
from finetune.datasets import Datasets
from finetune.testing.examples import WordTokens, many
from finetune.testing.planted import CANARIES, CAUGHT_BY, POISON, canary_rows
from knowledge.testing.embedder import HashingEmbedder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    monkeypatch.setattr(gathering, "tokenizer_of", lambda _: WordTokens())
    return furnish(tmp_path / "home")


def _run(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["finetune", "dataset", *(str(each) for each in arguments)])
    assert done.exit_code == 0, done.output
    return done.output


def test_doctor_and_review_stop_every_poisoned_row_and_no_ordinary_one(tmp_path: Path) -> None:
    kinds, canaries = plant(tmp_path, WordTokens())
    *poisoned, ordinary = kinds
    assert sum(each.rows for each in poisoned) >= 25
    assert [(each.kind, each.learnt, each.reviewed) for each in poisoned if each.learnt or each.reviewed] == []
    assert [each.kind for each in poisoned if each.held < each.rows] == [], "each has its reason for the reviewer"
    assert (ordinary.held, ordinary.learnt, ordinary.reviewed) == (0, ORDINARY + 1, ORDINARY + 1)
    assert canaries.planted >= 50
    assert canaries.there == ()


def test_by_command_a_file_of_secrets_and_poison_becomes_a_dataset_without_them(home: Path, tmp_path: Path) -> None:
    poison = [row for rows in POISON.values() for row in rows if row.origin.source == "upload"]
    planted = [*many(80), *canary_rows(), *poison]
    file = tmp_path / "rows.jsonl"
    rows = [
        {"messages": [*({"role": each.role, "content": each.content} for each in row.messages),
                      {"role": "assistant", "content": row.completion}]}
        for row in planted
    ]  # fmt: skip
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    held = len(poison) + sum("https://" in row.completion for row in canary_rows())
    assert f", {held} held back by the doctor." in _run("import", file, "--licence", "own")
    _run("build", "planted")
    version = Datasets(home / "finetune" / "datasets").get("planted")
    written = "".join(each.read_text(encoding="utf-8") for each in version.folder.iterdir()).casefold()
    assert [secret for _, secret in CANARIES if secret.casefold() in written] == []
    assert [row.completion for row in poison if row.completion.casefold() in written] == []
    listed = _run("review", "list", "--limit", 500)
    assert listed.count(" held ") == held
    assert {check for check in CAUGHT_BY.values() if f"  {check}: " in listed} == {
        "triggers", "addresses", "orders",
    }  # fmt: skip
