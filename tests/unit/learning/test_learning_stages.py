"""What the stages do in an installation: real queue, doctor, dataset and journal; training and gate are fakes."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.finetuning import gathering
from assistant.finetuning.datasets import DatasetDesk
from assistant.learning.journal import Journal, Run
from assistant.learning.run import JOURNAL, Learning
from assistant.learning.settings import LearnSettings
from assistant.learning.stages import steps_of
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from finetune.registry import Canary
from finetune.testing.examples import WordTokens, many


class FakeRegistry:
    def __init__(self) -> None:
        self.alias, self.canary = dict[str, str](), dict[str, Canary]()
        self.moves: list[tuple[str, str, int]] = []

    def aliases(self) -> dict[str, str]:
        return self.alias

    def canaries(self) -> dict[str, Canary]:
        return self.canary

    def promote(self, alias: str, name: str, *, canary: int = 0, **_: Any) -> None:
        self.moves.append((alias, name, canary))
        if canary:
            self.canary[alias] = Canary(name, "", canary, "2026-01-01")
        else:
            self.alias[alias] = name


class House:
    def __init__(self, home: Path, conversations: Conversations, **learn: Any) -> None:
        self.settings = Settings(home=home, learn=LearnSettings(**learn))
        self.desk, self.registry = DatasetDesk(home), FakeRegistry()
        self.trained: list[tuple[str, str]] = []
        self.verdict = "pass"
        self.assistant = SimpleNamespace(
            settings=self.settings, conversations=conversations, library=SimpleNamespace(documents=list)
        )

    def run(self) -> Run:
        folder = self.settings.home / "finetune"
        steps = steps_of(
            self.assistant, Journal(folder / JOURNAL), self._train, lambda _s, _n: {"verdict": self.verdict},
            self.registry,  # type: ignore[arg-type]
        )  # fmt: skip
        return Learning(folder, steps).run()

    def _train(self, _: Settings, dataset: str, topic: str) -> str:
        self.trained.append((dataset, topic))
        return f"{topic}@v{len(self.trained)}"

    def accept(self, first: int, last: int) -> None:
        self.desk.take(many(last)[first:last], trusted=True)


@pytest.fixture
def conversations(tmp_path: Path) -> Iterator[Conversations]:
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as found:
        yield found


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "tokenizer_of", lambda _: WordTokens())


def test_from_accepted_rows_to_a_proposal(tmp_path: Path, conversations: Conversations) -> None:
    house = House(tmp_path, conversations)
    house.accept(0, 60)
    run = house.run()
    assert (run.last.stage, run.last.outcome) == ("decide", "done"), run.last
    assert house.trained == [("learnt@v1", "learnt")]
    assert "pilares finetune promote reader learnt@v1" in run.last.why
    assert house.registry.moves == [], "a person decides"


def test_too_few_new_rows_end_the_run_before_anything_is_built(tmp_path: Path, conversations: Conversations) -> None:
    house = House(tmp_path, conversations)
    house.accept(0, 20)
    run = house.run()
    assert (run.last.stage, run.last.outcome) == ("check", "stopped")
    assert "20 newly accepted rows are too few, 50 are needed" in run.last.why
    assert house.desk.datasets.names() == []


def test_rows_that_were_learnt_do_not_count_again(tmp_path: Path, conversations: Conversations) -> None:
    house = House(tmp_path, conversations, least=15)
    house.accept(0, 60)
    assert house.run().last.stage == "decide"
    house.accept(60, 70)
    run = house.run()
    assert run.last.stage == "check"
    assert "10 newly accepted rows" in run.last.why
    house.accept(70, 80)
    assert house.run().last.stage == "decide"
    assert [dataset for dataset, _ in house.trained] == ["learnt@v1", "learnt@v2"]


def test_rows_count_as_new_until_something_was_trained_on_them(tmp_path: Path, conversations: Conversations) -> None:
    house = House(tmp_path, conversations)
    house.accept(0, 60)
    house._train = _broken  # type: ignore[method-assign]
    run = house.run()
    assert (run.last.stage, run.last.outcome) == ("train", "failed")
    del house._train
    assert house.run().last.stage == "decide"
    assert house.trained == [("learnt@v1", "learnt")]


def _broken(*_: object) -> str:
    raise RuntimeError("out of memory")


def test_what_the_gate_refuses_changes_nothing(tmp_path: Path, conversations: Conversations) -> None:
    house = House(tmp_path, conversations, promote="promote")
    house.accept(0, 60)
    house.verdict = "refuses more than before"
    run = house.run()
    assert (run.last.stage, run.last.outcome) == ("gate", "stopped")
    assert "the gate refused learnt@v1: refuses more than before" in run.last.why
    assert house.registry.moves == []


@pytest.mark.parametrize(("promote", "percent"), [("canary", 10), ("promote", 0)])
def test_it_serves_as_the_settings_say_once(
    tmp_path: Path, conversations: Conversations, promote: str, percent: int
) -> None:
    house = House(tmp_path, conversations, promote=promote)
    house.accept(0, 60)
    run = house.run()
    assert house.registry.moves == [("reader", "learnt@v1", percent)]
    assert "rollback reader" in run.last.why
    steps = steps_of(house.assistant, Journal(tmp_path / "x"), registry=house.registry)  # type: ignore[arg-type]
    steps.decide({"adapter": "learnt@v1", "dataset": "learnt@v1"})
    assert len(house.registry.moves) == 1, "a decision that was made before a kill is not made again"
