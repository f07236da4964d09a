"""What came of a deleted document or person goes, and the adapters that learnt from it are named."""

import json
import shutil
from pathlib import Path

import pytest

from finetune.datasets import TRAIN, Datasets, DatasetVersion
from finetune.errors import NotWritten
from finetune.gate import kept as keeping
from finetune.gate.asks import Arm, Item, Reply, Say
from finetune.gate.kept import Kept
from finetune.gate.measuring import measure
from finetune.gate.probes import held_out
from finetune.queue import Queue
from finetune.registry.marks import withdrawn
from finetune.testing.examples import many
from finetune.testing.gate import ScriptedAnswers
from finetune.withdrawal import Places, affected, of_conversations, of_documents, of_user, withdraw

ROWS = many(60)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def _built(home: Path) -> DatasetVersion:
    return Datasets(home / "datasets").add("support", ROWS[8:], ROWS[:8], {"created": "2026-01-01"})[0]


def _places(home: Path) -> Places:
    return Places(home / "adapters", home / "gate")


def _adapter(home: Path, topic: str, version: str, dataset: dict[str, str]) -> None:
    folder = home / "adapters" / topic / version
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps({"name": topic, "dataset": dataset}), encoding="utf-8")


def test_adapters_of_a_version_are_known_by_its_hash(home: Path) -> None:
    version = _built(home)
    _adapter(home, "support", "v1", {"name": "support", "version": "v1", "sha256": version.sha256})
    _adapter(home, "renamed", "v2", {"name": "other", "version": "v7", "sha256": version.sha256})
    _adapter(home, "support", "v2", {"name": "support", "version": "v1", "sha256": "of a version that was built anew"})
    _adapter(home, "old", "v1", {"name": "support", "version": "v1"})
    (home / "adapters" / "old" / "v2").mkdir()
    (home / "adapters" / "old" / "v2" / "card.json").write_text("{")
    found = affected(version, home / "adapters")
    assert [(card["topic"], card["version"]) for card in found] == [("old", "v1"), ("renamed", "v2"), ("support", "v1")]


def test_a_document_takes_its_rows_with_it(home: Path) -> None:
    version, queue, datasets = _built(home), Queue(home / "examples.db"), Datasets(home / "datasets")
    queue.add(ROWS, "accepted")
    _adapter(home, "support", "v1", {"sha256": version.sha256})
    before = (version.folder / TRAIN).read_bytes()
    found = withdraw(of_documents(["doc-locker"]), queue, datasets, _places(home))
    gone = [each for each in ROWS if "doc-locker" in each.origin.documents]
    assert (found.queued, dict(found.marked)) == (4, {"support@v1": 4})
    assert [card["topic"] for card in found.adapters] == ["support"]
    assert not {each.id for each in gone} & {row.example.id for row in queue.rows()}
    now = datasets.get("support")
    assert not set(gone) & {*now.train(), *now.held_out()}
    assert (version.folder / TRAIN).read_bytes() == before
    again = withdraw(of_documents(["doc-locker"]), queue, datasets, _places(home))
    assert (again.queued, dict(again.marked), again.adapters) == (0, {}, ())


def test_a_damaged_version_does_not_keep_the_others_from_being_marked(home: Path) -> None:
    _built(home)
    datasets = Datasets(home / "datasets")
    datasets.add("damaged", ROWS[8:], ROWS[:8], {})
    (home / "datasets" / "damaged" / "v1" / TRAIN).write_bytes(b"{}")
    found = withdraw(of_conversations(["c9"]), Queue(home / "examples.db"), datasets, _places(home))
    assert dict(found.marked) == {"support@v1": 1}


def test_rows_of_people_and_conversations() -> None:
    assert of_user("")(ROWS[0])
    assert not of_user("ana")(ROWS[0])
    assert of_conversations(["c3"])(ROWS[3])


# What models replied at the gate

WEIGHTS: dict[Arm, str] = {"base": "b", "candidate": "c"}
GENERAL = Item("forgetting", "0", (Say((("user", "What is two and two?"),)),))


def _measured(home: Path, version: DatasetVersion) -> ScriptedAnswers:
    """The held-out rows and a general question, asked of the base and of an adapter that was trained on the rest."""
    model = ScriptedAnswers(lambda arm, ask: Reply(f"{arm} says: {ask.chat[-1][1]}"))
    items = [GENERAL, *held_out.items_of(version.held_out())]
    measure(items, model, Kept(home / "gate", WEIGHTS, {"candidate": version.sha256}), lambda done, total: None)
    return model


def _kept(home: Path) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted((home / "gate").glob("*.jsonl"))]


def test_what_was_replied_to_withdrawn_rows_goes_with_them(home: Path) -> None:
    """Of the base those of these rows; of an adapter that was trained on withdrawn rows all it ever said."""
    version, queue = _built(home), Queue(home / "examples.db")
    _measured(home, version)
    gone = [each for each in ROWS[:8] if "doc-locker" in each.origin.documents]
    said = [f"base says: {each.messages[-1].content}" for each in gone]
    assert all(json.dumps(text, ensure_ascii=False)[1:-1] in "".join(_kept(home)) for text in said)
    found = withdraw(of_documents(["doc-locker"]), queue, Datasets(home / "datasets"), _places(home))
    left = "".join(_kept(home))
    assert not [text for text in said if json.dumps(text, ensure_ascii=False)[1:-1] in left]
    assert "candidate says" not in left
    assert "base says: What is two and two?" in left
    assert found.replies > len(gone)
    again = _measured(home, Datasets(home / "datasets").get("support"))
    assert {arm for arm, _ in again.asked} == {"candidate"}, "what the base said of other rows is still known"


def test_replies_go_though_their_dataset_was_deleted_by_hand_and_old_ones_that_name_no_row(home: Path) -> None:
    version, datasets, queue = _built(home), Datasets(home / "datasets"), Queue(home / "examples.db")
    _measured(home, version)
    (home / "gate" / "old.jsonl").write_text('{"ask": "a", "text": "t", "first": {}, "logprob": 0.0, "tokens": 1}\n')
    shutil.rmtree(home / "datasets")
    withdraw(of_user("nobody"), queue, datasets, _places(home))
    assert [text.count("\n") for text in _kept(home)] == [1]
    assert not (home / "gate" / "old.jsonl").exists()


def test_replies_of_rows_that_stay_are_not_touched(home: Path) -> None:
    _measured(home, _built(home))
    before = _kept(home)
    found = withdraw(of_user("nobody"), Queue(home / "examples.db"), Datasets(home / "datasets"), _places(home))
    assert (found.replies, _kept(home)) == (0, before)


def test_where_there_is_no_room_for_the_rest_all_of_it_goes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = _built(home)
    _measured(home, version)
    version.withdraw([ROWS[0].id])

    def full(*_: object) -> None:
        raise NotWritten("no space left")

    monkeypatch.setattr(keeping, "write_whole", full)
    withdraw(of_user("nobody"), Queue(home / "examples.db"), Datasets(home / "datasets"), _places(home))
    assert _kept(home) == []


def test_an_adapter_stays_marked_also_when_its_dataset_is_gone(home: Path) -> None:
    version, queue, datasets = _built(home), Queue(home / "examples.db"), Datasets(home / "datasets")
    _adapter(home, "support", "v1", {"sha256": version.sha256})
    withdraw(of_documents(["doc-locker"]), queue, datasets, _places(home))
    assert withdrawn(home / "adapters") == {"support@v1": 4}
    _adapter(home, "support", "v2", {"sha256": version.sha256})  # its training was under way
    withdraw(of_user("nobody"), queue, datasets, _places(home))
    assert withdrawn(home / "adapters") == {"support@v1": 4, "support@v2": 4}
    shutil.rmtree(home / "datasets")
    withdraw(of_user("nobody"), queue, datasets, _places(home))
    assert withdrawn(home / "adapters") == {"support@v1": 4, "support@v2": 4}
