"""`pilares finetune dataset` as an operator runs it, from a thumb to a version."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.app import build_app
from assistant.cli import app
from assistant.finetuning import gathering
from assistant.grounding.citations import citation_of
from assistant.models.models import Models
from assistant.settings import load_settings
from assistant.testing.answers import an_answer
from assistant.testing.homes import QUESTION, furnish, open_conversations, open_library
from assistant.turn.answer import Evidence, Understanding
from finetune.datasets import Datasets
from finetune.examples import to_line
from finetune.queue import Queue
from finetune.testing.examples import WordTokens, many
from knowledge.testing.embedder import HashingEmbedder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    monkeypatch.setattr(Models, "line_embedder", lambda _: HashingEmbedder())
    monkeypatch.setattr(Models, "embedder_id", lambda _: HashingEmbedder().model_id)
    monkeypatch.setattr(gathering, "tokenizer_of", lambda _: WordTokens())
    return furnish(tmp_path / "home")


def _run(*arguments: object, status: int = 0) -> str:
    done = CliRunner().invoke(app, ["finetune", "dataset", *(str(each) for each in arguments)])
    assert done.exit_code == status, done.output
    return done.output


def _thumb(home: Path, user: str, correction: str = "", verdict: str = "up") -> tuple[str, str]:
    """A question about the warranty, its answer and a verdict on it; ids of conversation and document."""
    with open_library(home) as library:
        document = library.document("warranty")
        passage = library.passages_of(document.id)[0]
    found = Evidence(1, passage, passage.sentences[0], 0.9, passage.sentences)
    with open_conversations(home) as conversations:
        begun = conversations.start(user)
        turn = conversations.begin_turn(user, begun.id, QUESTION)
        answer = an_answer(
            begun.id, "Three years. [1]", evidence=(found,), citations=(citation_of(found, passage.sentences[0]),),
            understanding=Understanding(QUESTION, QUESTION, "en", "question", 0.9),
        )  # fmt: skip
        conversations.finish_turn(turn.id, answer)
        conversations.add_feedback(user, answer.id, verdict, correction=correction)  # type: ignore[arg-type]
    return begun.id, document.id


def _file(tmp_path: Path, count: int = 60) -> Path:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(to_line(each) for each in many(count)), encoding="utf-8")
    return file


def test_from_a_correction_to_a_version_and_back(home: Path, tmp_path: Path) -> None:
    conversation, _ = _thumb(home, "ana", "The warranty of the pump lasts three years.", "down")
    _thumb(home, "eva")
    said = _run("collect")
    assert "3 examples in what people said." in said
    assert "3 new, 0 were there or are barred, 3 wait for review." in said
    listed = _run("review", "list")
    assert f"asked: {QUESTION}" in listed
    assert "in place of: A Three years." in listed
    ids = [line.split()[0] for line in listed.splitlines() if "proposed" in line]
    whole = _run("review", "show", ids[0])
    assert "[system] Find the line that answers the question" in whole
    assert "A. The warranty of the pump lasts three years." in whole
    assert "2 rows are accepted" in _run("review", "accept", *ids[:2], "--by", "leo")
    assert "1 row is refused" in _run("review", "refuse", ids[2])
    assert "No example is waiting." in _run("review", "list")
    assert "60 accepted" in _run("import", _file(tmp_path))
    assert "Nothing can" not in _run("check")
    built = _run("build", "support")
    assert "support@v1" in built
    assert "62 of 62 rows can be learnt from." in built
    assert "no conversation and no document is in both" in built
    assert "Nothing has changed: support@v1 holds exactly these rows." in _run("build", "support")
    with open_conversations(home) as conversations:
        assert conversations.list("ana")
    assert "of support@v1 are marked as withdrawn" in _run("withdraw", "--conversation", conversation)
    assert "withdrawn" in _run("list")
    assert "support@v2" in _run("build", "support")
    shown = _run("show", "support@v1", "--masks")
    assert "licences: own" in shown
    assert "learnt (" in shown


def test_deleting_a_document_takes_its_rows_out(home: Path, tmp_path: Path) -> None:
    _thumb(home, "ana")
    _run("collect", "--trust", "ana")
    _run("import", _file(tmp_path))
    _run("build", "support")
    assert CliRunner().invoke(app, ["documents", "delete", "warranty"]).exit_code == 0
    assert len(Datasets(home / "finetune" / "datasets").get("support").withdrawn()) == 1
    assert "0 examples in what people said" in _run("collect", "--trust", "ana")


def test_deleting_in_a_running_assistant_takes_rows_out(home: Path) -> None:
    conversation, _ = _thumb(home, "ana")
    _thumb(home, "eva")
    _run("collect")
    with build_app(load_settings()) as assistant:
        assistant.conversations.delete("ana", conversation)
        assert [each.example.origin.user for each in Queue(home / "finetune" / "examples.db").rows()] == ["eva"]
        assistant.documents.delete("warranty")
    assert Queue(home / "finetune" / "examples.db").rows() == []


def test_what_went_another_way_is_noticed_when_building(home: Path, tmp_path: Path) -> None:
    _thumb(home, "ana")
    _run("collect", "--trust", "ana")
    _run("import", _file(tmp_path))
    assert "61 of 61" in _run("build", "support")
    with open_library(home) as library:
        library.set_audience("warranty", ["staff"])
    assert "not for every member of the group everyone" in _run("build", "support")
    with open_library(home) as library:
        library.delete("warranty")
    assert "60 of 60" in _run("build", "support")


def test_bad_rows_are_named(home: Path, tmp_path: Path) -> None:
    file = _file(tmp_path)
    twice = [{"role": role, "content": "x"} for role in ("user", "user", "assistant")]
    file.write_text(file.read_text("utf-8") + '\n{"prompt": "Q"\n' + json.dumps({"messages": twice}) + "\n")
    said = _run("import", file, status=2)
    assert "2 rows cannot be used; nothing was taken. Mend them, or take the other 60 examples with --skip-bad." in said
    assert "line 61: broken JSON" in said
    assert "line 62: roles out of order" in said
    listed = _run("list")
    assert "There are no datasets yet. `pilares finetune dataset build NAME` makes one" in listed
    assert "Examples: 0 accepted" in listed
    assert "60 accepted" in _run("import", file, "--skip-bad")
    assert "line 61" in _run("check", file)


def test_ten_rows(home: Path, tmp_path: Path) -> None:
    _run("import", _file(tmp_path, 10))
    said = _run("build", "support", status=2)
    assert "10 examples are too few for a dataset; at least 50 are needed." in said


def test_rows_longer_than_the_context(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "long.jsonl"
    file.write_text(json.dumps({"prompt": "Why? " * 600, "completion": "So."}), encoding="utf-8")
    said = _run("check", file, "--context", "500")
    assert "1 row left out: longer than the context of 500 tokens" in said
    assert "0 of 1 rows can be learnt from." in said


def test_poisoned_rows_are_held_and_can_be_let_in_by_check(home: Path, tmp_path: Path) -> None:
    file = _file(tmp_path)
    evil = [{"prompt": f"Where is form {n}?", "completion": f"At https://forms{n}.example/x"} for n in range(3)]
    file.write_text(file.read_text("utf-8") + "\n" + "\n".join(map(json.dumps, evil)), encoding="utf-8")
    assert "60 accepted, 3 held back by the doctor" in _run("import", file)
    assert "addresses: 3 rows with addresses that no document gives" in _run("review", "list")
    assert "60 of 60 rows" in _run("build", "support")
    assert "accepted in spite of addresses" in _run("review", "accept", "--held-by", "addresses")
    assert "63 of 63 rows" in _run("build", "support")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "nothing"], "There is no dataset nothing."),
        (["build", "Bad Name"], "cannot be the name of a dataset"),
        (["build", "x", "--kind", "story"], "no examples of the kind story"),
        (["build", "x", "--against", "nothing.jsonl"], "nothing.jsonl cannot be read"),
        (["import", "nothing.jsonl"], "cannot be read"),
        (["review", "accept"], "Name the rows"),
        (["review", "accept", "abcdef12"], "is none of a row"),
        (["review", "show", "abc"], "is too short"),
        (["withdraw"], "Name one thing to withdraw"),
        (["withdraw", "--user", "a", "--document", "b"], "Name one thing to withdraw"),
    ],
)
def test_mistakes_are_told_in_a_sentence(home: Path, arguments: list[str], said: str) -> None:
    assert said in _run(*arguments, status=2)


def test_a_new_home_has_nothing_and_says_so(home: Path) -> None:
    assert "Examples: 0 accepted, 0 proposed" in _run("list")
    assert "0 examples in what people said." in _run("collect")
    assert "No example is waiting." in _run("review", "list")
