"""Organisations to learn from."""

import json
from pathlib import Path
from typing import Any

import pytest

from finetune.errors import ExamplesInvalid
from finetune.organisations import ORGANISATIONS
from finetune.organisations.organisation import Line, read_organisations

DOCUMENT = {"path": "a.md", "lang": "en", "title": "Parking", "text": "Cars cost 60 euros.\nBikes are free."}
QUESTION = {"lang": "en", "kind": "single", "question": "bike price?", "lines": [["a.md", "Bikes are free."]],
            "near": [["a.md", "Cars cost 60 euros."]]}  # fmt: skip


def _file(folder: Path, *questions: dict[str, Any], **more: Any) -> Path:
    (folder / "park.json").write_text(json.dumps({"documents": [DOCUMENT], "questions": questions, **more}))
    return folder


def test_documents_questions_and_lines_are_read(tmp_path: Path) -> None:
    (organisation,) = read_organisations(_file(tmp_path, QUESTION))
    assert organisation.name == "park"
    assert organisation.documents == {"a.md": "# Parking\n\nCars cost 60 euros.\nBikes are free."}
    assert organisation.questions[0].answers == (Line("a.md", "Bikes are free."),)
    assert not organisation.held_out


@pytest.mark.parametrize(
    ("lines", "said"),
    [([["a.md", "Bikes cost 5 euros."]], "question 2: 'Bikes cost 5 euros.' does not stand in a.md"),
     ([["b.md", "Bikes are free."]], "question 2: there is no document 'b.md'")],
)  # fmt: skip
def test_a_line_that_stands_nowhere_is_refused(tmp_path: Path, lines: Any, said: str) -> None:
    with pytest.raises(ExamplesInvalid, match=said):
        list(read_organisations(_file(tmp_path, QUESTION, {**QUESTION, "lines": lines})))


@pytest.mark.parametrize("path", ["/tmp/a.md", "../a.md", "hr/../../a.md", "..\\a.md", "a.exe", ""])
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    file = {"documents": [{**DOCUMENT, "path": path}], "questions": []}
    (tmp_path / "park.json").write_text(json.dumps(file))
    with pytest.raises(ExamplesInvalid, match="no path of a Markdown document"):
        list(read_organisations(tmp_path))


def test_broken_json_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "park.json").write_text("{")
    with pytest.raises(ExamplesInvalid, match=r"park\.json"):
        list(read_organisations(tmp_path))


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExamplesInvalid, match="holds no organisations"):
        list(read_organisations(tmp_path))


@pytest.mark.parametrize(
    ("line", "piece", "same"),
    [("| Lisbon | 140 € | 38 € |", "City: Lisbon | Hotel: 140 € | Meals: 38 €", True),
     ("| Lisbon | 140 € | 38 € |", "City: Porto | Hotel: 120 € | Meals: 38 €", False),
     ("Bikes are free. Ask for a key at the desk.", "Ask for a key at the desk.", True),
     ("Bikes are free.", "Free.", False)],
)  # fmt: skip
def test_a_line_is_found_again_in_what_search_made_of_it(line: str, piece: str, same: bool) -> None:
    assert Line("a.md", line).is_in("a.md", piece) is same
    assert not Line("a.md", line).is_in("b.md", piece)


def test_the_shipped_organisations_can_be_learnt_from() -> None:
    organisations = list(read_organisations(ORGANISATIONS))
    questions = [question for organisation in organisations for question in organisation.questions]
    assert sum(each.held_out for each in organisations) == 8
    assert len(organisations) == 69
    assert {each.language for each in questions} == {"en", "es"}
    assert all(each.near for each in questions if not each.answers)
    assert sum(not each.answers for each in questions) >= 800
    assert all(each.answer and each.wrong and each.answer != each.wrong for each in questions if each.answers)
    assert all(len(each.follow_ups) == 10 for each in organisations)


def test_no_shipped_organisation_knows_the_demo_company() -> None:
    for file in ORGANISATIONS.glob("*.json"):
        assert "quillemar" not in file.read_text(encoding="utf-8").casefold(), file


FOLLOW_UP = {"lang": "en", "asked": "car price?", "said": "60 euros.", "question": "and bikes?",
             "standalone": "bike price?", "lines": [["a.md", "Bikes are free."]]}  # fmt: skip


def test_answers_and_follow_ups_are_read(tmp_path: Path) -> None:
    answered = {**QUESTION, "answer": "Bikes are free.", "wrong": "Bikes cost 60 euros."}
    (organisation,) = read_organisations(_file(tmp_path, answered, QUESTION, followups=[FOLLOW_UP]))
    first, second = organisation.questions
    assert (first.answer, first.wrong) == ("Bikes are free.", "Bikes cost 60 euros.")
    assert (second.answer, second.wrong) == ("", "")
    (follow_up,) = organisation.follow_ups
    assert (follow_up.asked, follow_up.text, follow_up.standalone) == ("car price?", "and bikes?", "bike price?")
    assert follow_up.lines == (Line("a.md", "Bikes are free."),)


@pytest.mark.parametrize(
    ("follow_up", "said"),
    [({**FOLLOW_UP, "lines": [["a.md", "Free."]]}, "follow-up 1: 'Free.' does not stand in a.md"),
     ({**FOLLOW_UP, "lines": ["a.md"]}, "follow-up 1: 'a.md' is no pair of path and text"),
     ({key: FOLLOW_UP[key] for key in FOLLOW_UP if key != "standalone"}, "follow-up 1: 'standalone' is missing")],
)  # fmt: skip
def test_a_follow_up_that_cannot_be_used_is_refused(tmp_path: Path, follow_up: Any, said: str) -> None:
    with pytest.raises(ExamplesInvalid, match=said):
        list(read_organisations(_file(tmp_path, QUESTION, followups=[follow_up])))


def test_an_answer_without_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExamplesInvalid, match="question 1: it has an `answer`"):
        list(read_organisations(_file(tmp_path, {**QUESTION, "lines": [], "answer": "Free."})))
