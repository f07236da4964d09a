"""`pilares grants`, tags, and lists limited to some documents."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.models.models import Models
from knowledge.library import Library
from knowledge.testing.embedder import HashingEmbedder

TEXTS = [("handbook.md", "Handbook", "All of it."), ("finance/budget.md", "Budget", "Money.")]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    with Library.open(tmp_path / "home" / "knowledge", HashingEmbedder()) as library:
        library.add_texts(TEXTS, source="wiki")
        library.add_texts([("open.txt", "Open", "Elsewhere.")], source="site")
    return tmp_path / "home"


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == status, done.output
    assert "Traceback" not in done.output
    return done.output


def test_rules_are_set_listed_explained_and_taken_back() -> None:
    assert "There are no rules" in run("grants", "list")
    assert run("grants", "set", "wiki", "staff") == "wiki/: staff\n"
    assert run("grants", "set", "wiki", "finance", "board", "--folder", "finance") == "wiki/finance/: board, finance\n"
    assert run("grants", "list") == "wiki/: staff\nwiki/finance/: board, finance\n"
    assert "board, finance (the rule of wiki/finance/)" in run("grants", "of", "finance/budget.md")
    assert "everyone (it came with these groups" in run("grants", "of", "open.txt")
    assert run("grants", "remove", "wiki", "--folder", "finance/") == "Taken back.\n"
    assert "no such rule" in run("grants", "remove", "wiki", "--folder", "finance/", status=2)
    assert "staff (the rule of wiki/)" in run("grants", "of", "finance/budget.md")


def test_a_source_is_restricted_and_opened_again() -> None:
    assert "wiki is restricted" in run("grants", "restrict", "wiki")
    assert "nobody (its source is restricted" in run("grants", "of", "handbook.md")
    assert "wiki: restricted" in run("grants", "list")
    assert "no longer restricted" in run("grants", "restrict", "wiki", "--lift")
    assert "everyone" in run("grants", "of", "handbook.md")


def test_one_document_is_given_to_others_and_back() -> None:
    run("grants", "set", "wiki")
    assert "nobody (the rule of wiki/)" in run("grants", "of", "handbook.md")
    assert run("grants", "give", "handbook.md", "editors") == "handbook.md: editors\n"
    assert "editors (set for this document)" in run("grants", "of", "handbook.md")
    assert run("grants", "give", "handbook.md", "--inherit") == "handbook.md: nobody\n"


def test_bad_input_ends_in_one_sentence() -> None:
    assert "name of a source" in run("grants", "set", " ", "staff", status=2)
    assert "no document" in run("grants", "of", "nothing.md", status=2)


def test_documents_are_tagged_and_listed_by_source_type_tag_and_day() -> None:
    assert run("documents", "tag", "handbook.md", "Rules", "2026") == "handbook.md: 2026, rules\n"
    assert run("documents", "list", "--tag", "rules").split()[0] == "handbook.md"
    assert run("documents", "list", "--source", "site").split()[0] == "open.txt"
    listed = run("documents", "list", "--type", "md", "--since", "2020-01-01")
    assert [line.split()[0] for line in listed.splitlines()] == ["finance/budget.md", "handbook.md"]
    assert "No document fits" in run("documents", "list", "--until", "2020-01-01")
    assert "no tags" in run("documents", "tag", "handbook.md")
