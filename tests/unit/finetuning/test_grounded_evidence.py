"""Rows of evidence as the product's search finds them, from organisations, sets and claims."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import InvalidRequest
from assistant.evaluation.halves import half_of
from assistant.finetuning.evidence import organisation_rows
from assistant.finetuning.search import Searches
from assistant.finetuning.sets import TIMES, claims, set_rows
from assistant.settings import Settings
from finetune.grounded.evidence import EvidenceRow, answering
from finetune.organisations.organisation import FollowUp, Line, LineQuestion, Organisation
from knowledge.testing.embedder import HashingEmbedder

TEXT = (
    "# Car park\n\n| Vehicle | Price |\n|---|---|\n| Cars | 60 € |\n| Motorcycles | 25 € |\n\nThe gate closes at ten."
)
RIGHT, NEAR = Line("a.md", "| Motorcycles | 25 € |"), Line("a.md", "| Cars | 60 € |")
PARK = Organisation(
    "park",
    {"a.md": TEXT, "b.md": "# Canteen\n\nLunch is served from noon to three."},
    (LineQuestion("price for motorcycles", "en", "single", (RIGHT,), (NEAR,), "25 €.", "60 €."),
     LineQuestion("price for boats", "en", "unanswerable", (), (NEAR,))),
    follow_ups=(FollowUp("en", "car price?", "60 €.", "and motorcycles?", "price of motorcycles?", (RIGHT,)),),
)  # fmt: skip
TUNE = [name for name in map(str, range(100)) if half_of(name) == "tune"]
TEST = next(name for name in map(str, range(100)) if half_of(name) == "test")


class Hashed:
    """The same embedder for passages and lines."""

    def embedder(self) -> HashingEmbedder:
        return HashingEmbedder()

    def line_embedder(self) -> HashingEmbedder:
        return HashingEmbedder()


@pytest.fixture(scope="module")
def searches(tmp_path_factory: pytest.TempPathFactory) -> Searches:
    return Searches(Settings(home=tmp_path_factory.mktemp("home")), Hashed())


@pytest.fixture(scope="module")
def rows(searches: Searches) -> list[EvidenceRow]:
    with searches.over_organisation(PARK) as search:
        return list(organisation_rows(PARK, search))


def test_lines_that_answer_and_those_that_look_like_it_are_marked(rows: list[EvidenceRow]) -> None:
    first = rows[0]
    lines = [line for block in first.blocks for line in block.lines]
    assert [line.text for line in lines if line.answers == 1] == ["Vehicle: Motorcycles | Price: 25 €"]
    assert [line.text for line in lines if line.near] == ["Vehicle: Cars | Price: 60 €"]
    assert {block.heading.split(" > ")[0] for block in first.blocks} <= {"Car park", "Canteen"}
    assert (first.wanted, first.answer, first.wrong, first.missing) == (1, "25 €.", "60 €.", ())


def test_follow_ups_are_questions_in_their_standalone_form(rows: list[EvidenceRow]) -> None:
    assert [row.question for row in rows] == ["price for motorcycles", "price for boats", "price of motorcycles?"]
    assert rows[2].wanted == 1
    assert not rows[2].answer


def test_what_cannot_be_answered_wants_no_line(rows: list[EvidenceRow]) -> None:
    assert rows[1].wanted == 0
    assert not answering(rows[1].blocks)


def test_a_line_that_was_not_found_is_taken_from_its_document(searches: Searches) -> None:
    class Nothing:
        """A search that finds nothing."""

        def __init__(self, search: Any) -> None:
            self.passages = search.passages

        def evidence(self, question: str, language: str) -> tuple[()]:
            return ()

    with searches.over_organisation(PARK) as search:
        row = next(organisation_rows(PARK, Nothing(search)))  # type: ignore[arg-type]
    assert not row.blocks
    (missing,) = row.missing
    assert missing.document == "a.md"
    assert [line.answers for line in missing.lines] == [1]


def _set(folder: Path, *questions: dict[str, Any]) -> Path:
    corpus = [{"_id": "d1", "title": "Park", "text": "Motorcycles cost 25 euros a month. The gate closes at ten."},
              {"_id": "d2", "title": "Other", "text": "In Vigo it is 25 euros for motorcycles too."}]  # fmt: skip
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    rows = [{"lang": "en", "question": "how much do motorcycles cost", "answerable": True, "docs": ["d1"], **each}
            for each in questions]  # fmt: skip
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


def _right(row: EvidenceRow) -> set[str]:
    return {line.text for block in row.blocks for line in block.lines if line.answers}


@pytest.mark.parametrize(
    ("gold", "marked"),
    [({"answer_any": [["", "25 EUROS"]]}, True), ({"evidence": ["Motorcycles cost 25 euros a month ."]}, False)],
)
def test_a_set_marks_lines_by_their_facts_or_by_its_evidence(
    searches: Searches, tmp_path: Path, gold: dict[str, Any], marked: bool
) -> None:
    (row,) = set_rows(_set(tmp_path, {"id": TUNE[0], **gold}), searches)
    assert _right(row) == {"Motorcycles cost 25 euros a month."}
    assert (row.wanted, row.marked, row.answer) == (1, marked, "")


def test_only_what_can_be_learnt_of_the_tune_half_is(searches: Searches, tmp_path: Path) -> None:
    gold = {"answer_any": [["25 euros"]]}
    folder = _set(
        tmp_path,
        {"id": TUNE[0], **gold},
        {"id": TEST, **gold},
        {"id": TUNE[1], **gold, "history": [{"role": "user", "content": "hello"}]},
        {"id": TUNE[2], **gold, "lang": "fr"},
        {"id": TUNE[3]},  # answerable, and nobody says by which line
        {"id": TUNE[4], "answerable": False, "docs": [], "question": "how much do boats cost"},
    )
    rows = list(set_rows(folder, searches))
    assert [(row.question, row.wanted) for row in rows] == [
        ("how much do motorcycles cost", 1), ("how much do boats cost", 0),
    ]  # fmt: skip


def test_claims_of_the_tune_half_are_shown_with_their_sentences(tmp_path: Path) -> None:
    row = {"claim": "Bikes are free.", "context": "Cars cost 60 euros. Bikes are free.", "supported": True}
    file = tmp_path / "claims.jsonl"
    file.write_text("\n".join(json.dumps({"id": name, **row}) for name in (TUNE[0], TEST)))
    found = list(claims(file))
    assert len(found) == TIMES
    assert [line.text for line in found[0].blocks[0].lines] == ["Cars cost 60 euros.", "Bikes are free."]
    assert (found[0].claim, found[0].holds) == ("Bikes are free.", True)


def test_a_claim_that_is_none_says_where(tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text(json.dumps({"id": TUNE[0], "claim": "x", "context": "y"}))
    with pytest.raises(InvalidRequest, match="line 1: `supported` is missing"):
        list(claims(file))
