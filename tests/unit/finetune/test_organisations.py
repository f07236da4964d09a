"""Organisations to learn from."""

import json
from pathlib import Path
from typing import Any

import pytest

from finetune.errors import ExamplesInvalid
from finetune.lines import ORGANISATIONS
from finetune.lines.organisations import Line, read_organisations

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
    assert sum(each.held_out for each in organisations) == 4
    assert len(organisations) == 24
    assert {each.language for each in questions} == {"en", "es"}
    assert all(each.near for each in questions if not each.answers)
    assert sum(not each.answers for each in questions) >= 200


def test_no_shipped_organisation_knows_the_demo_company() -> None:
    for file in ORGANISATIONS.glob("*.json"):
        assert "quillemar" not in file.read_text(encoding="utf-8").casefold(), file
