"""Ordinary examples of organisations pass the doctor: nothing is held back, left out, or taken for a secret."""

from itertools import islice

import pytest

from finetune.building import Prepared, Recipe, prepare
from finetune.examples import ChatMessage, Example, Origin, example
from finetune.organisations import ORGANISATIONS
from finetune.organisations.organisation import Organisation, read_organisations
from finetune.testing.examples import WordTokens

REFUSAL = {"en": "I am sorry, the documents do not say.", "es": "Lo siento, los documentos no lo dicen."}
ORGANISATIONS_READ = 6


def _rows(organisation: Organisation) -> list[Example]:
    """Each question, the lines that answer it and those that look like it, and its answer or a refusal."""
    rows = []
    for number, asked in enumerate(organisation.questions):
        lines = "\n".join(f"# {line.path}\n{line.text}" for line in (*asked.near, *asked.answers))
        origin = Origin("upload", "", f"{organisation.name}-{number}", (organisation.name,), language=asked.language)
        prompt = ChatMessage("user", f"{lines}\n\nQuestion: {asked.text}\nAnswer:")
        if asked.answer or not asked.answers:
            rows.append(example("chat", [prompt], asked.answer or REFUSAL[asked.language], origin))
    return rows


@pytest.fixture(scope="module")
def rows() -> list[Example]:
    organisations = islice(read_organisations(ORGANISATIONS), ORGANISATIONS_READ)
    return [row for organisation in organisations for row in _rows(organisation)]


@pytest.fixture(scope="module")
def prepared(rows: list[Example]) -> Prepared:
    return prepare(rows, Recipe("all"), WordTokens())


def test_nothing_is_held_back_or_left_out(rows: list[Example], prepared: Prepared) -> None:
    assert len(rows) > 200
    assert [each.message for each in prepared.report.findings if each.level != "note"] == []
    assert len(prepared.rows) == len(rows)


def test_little_is_taken_for_private_and_none_of_it_for_a_secret(rows: list[Example], prepared: Prepared) -> None:
    private = [each for each in prepared.report.findings if each.check == "private"]
    assert all("secret" not in each.figures for each in private)
    assert sum(len(each.rows) for each in private) < 0.05 * len(rows)
