"""`pilares curated` and `pilares learn`: written by hand, served, undone; bad input is told in a sentence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.finetuning.datasets import DatasetDesk
from assistant.raising.store import Helped
from assistant.testing.answers import an_answer
from assistant.testing.homes import furnish, open_conversations, open_library
from finetune.testing.examples import many
from knowledge.testing.embedder import HashingEmbedder

ADD = ["curated", "add", "--question", "How long does the warranty of the pump last?", "--answer", "Three years."]
LINE = ["--document", "warranty", "--line", "The warranty of the pump lasts three years."]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = furnish(tmp_path / "home")
    monkeypatch.setenv("PILARES_HOME", str(found))
    monkeypatch.setattr("assistant.models.models.Models.embedder", lambda _: HashingEmbedder())
    return found


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, [*arguments])
    assert done.exit_code == status, done.output
    assert "Traceback" not in done.output
    return done.output


def test_written_by_hand_shown_and_retired(home: Path) -> None:
    assert "There are no curated answers" in run("curated", "list")
    said = run(*ADD, *LINE, "--by", "Eva")
    short = said.split()[0]
    assert "served  en  Eva" in said
    shown = run("curated", "show", short)
    assert "«The warranty of the pump lasts three years.»" in shown
    assert "for everyone" in shown
    assert "retired: out of date" in run("curated", "retire", short, "--why", "out of date")
    assert "There are no curated answers" in run("curated", "list")
    assert short in run("curated", "list", "--state", "retired")
    with open_conversations(home) as conversations:
        assert conversations.curated.find("served") == []


def test_a_second_answer_to_the_same_question_takes_its_place() -> None:
    run(*ADD, *LINE)
    run(*ADD[:-1], "It lasts three years.", *LINE)
    assert run("curated", "list").count("asked:") == 1


def test_confirming_serves_it_again(home: Path) -> None:
    short = run(*ADD, *LINE).split()[0]
    with open_conversations(home) as conversations:
        conversations.curated.mark(short, "warranty has a newer version")
    assert "review: warranty has a newer version" in run("curated", "list")
    assert "served  en  Ana" in run("curated", "confirm", short, "--by", "Ana")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([*ADD, "--document", "warranty", "--line", "It lasts for ever."], 2, "does not stand word for word"),
        ([*ADD, "--document", "nothing", "--line", "x"], 2, "nothing"),
        ([*ADD[:3], " ", *ADD[4:], *LINE], 2, "The question is empty"),
        ([*ADD[:-1], "x" * 20_001, *LINE], 2, "longer than 20000 characters"),
        (["curated", "show", "abcdef12"], 2, "There is no curated answer abcdef12"),
        (["curated", "retire", "%"], 2, "There is no curated answer %"),
        (["learn", "run", "--later"], 2, "No such option"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_a_sentence(arguments: list[str], status: int, said: str) -> None:
    assert said in run(*arguments, status=status)


def test_learning_says_what_is_missing_and_when_it_begins(home: Path) -> None:
    assert "Nothing has been learnt yet" in run("learn", "status")
    said = run("learn", "run")
    assert "collect  done: 0 new rows" in said
    assert "check    stopped: 0 newly accepted rows are too few, 50 are needed" in said
    status = run("learn", "status")
    assert "check    stopped" in status
    assert "There is no schedule" in status
    with (home / "pilares.toml").open("a") as file:
        file.write('[learn]\nenabled = true\nat = "03:30"\n')
    assert "The next run begins after" in run("learn", "status")


def test_what_counts_at_each_of_the_three_speeds_is_seen(home: Path) -> None:
    assert "No passage rises" in run("learn", "raised")
    assert "At once: 0 curated answers are served, 0 wait" in run("learn", "status")
    short = run(*ADD, *LINE).split()[0]
    DatasetDesk(home).take(many(3), trusted=True)
    DatasetDesk(home).take(many(5), trusted=False)
    with open_conversations(home) as conversations, open_library(home) as library:
        begun = conversations.start("ana")
        turn = conversations.begin_turn("ana", begun.id, "How long?")
        conversations.finish_turn(turn.id, answer := an_answer(begun.id, "Three years."))
        given = conversations.add_feedback("ana", answer.id, "up")
        document, now = library.document("warranty").id, datetime(2026, 3, 1, tzinfo=UTC)
        conversations.raised.replace([Helped(given.id, "How long?", "en", document, "It lasts three years.", now)])
    said = run("learn", "status")
    assert "At once: 1 curated answers are served, 0 wait" in said
    assert "Today: 1 passages rise" in said
    assert "Tonight: 3 rows are accepted, 2 wait" in said
    assert "nothing was promoted to reader yet" in said
    assert f"2026-03-01  {document}: «It lasts three years.»\n  helped with: How long?" in run("learn", "raised")
    with open_conversations(home) as conversations:
        conversations.curated.mark(short, "warranty has a newer version")
        conversations.add_feedback("ana", answer.id, "down")
    said = run("learn", "status")
    assert "At once: 0 curated answers are served, 1 wait" in said
    assert "Today: 0 passages rise" in said


def test_a_schedule_that_cannot_be_is_refused(home: Path) -> None:
    (home / "pilares.toml").write_text('[learn]\nat = "noon"\n')
    assert "The setting learn.at is not usable" in run("learn", "status", status=2)
