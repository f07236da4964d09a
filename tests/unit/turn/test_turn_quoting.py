"""Answers in the words of the documents."""

import pytest

from assistant.turn.answer import Evidence
from assistant.turn.quoting import introduced, quoted, says_as_much
from knowledge.passage import Passage, Sentence


def _reading(*lines: str) -> list[Evidence]:
    sentences = tuple(Sentence(line, 0, len(line)) for line in lines)
    passage = Passage("c", "d", "w.md", "Returns 2026", (), "", 0, 0, None, "en", 1.0, sentences=sentences)
    return [Evidence(1, passage, sentences[0], 0.9, sentences)]


def test_lines_become_a_list_without_their_own_bullets() -> None:
    reading = _reading("- Motorcycles: 25 €.", "2. Cars pay 60 €.", "Place: Cork | Price: 9 €")
    assert quoted(reading) == "- Motorcycles: 25 €.\n- Cars pay 60 €.\n- Place: Cork; Price: 9 €"


def test_a_quotation_says_what_it_leaves_unsaid() -> None:
    assert introduced("- 3 days [1].", "en") == "The documents say:\n\n- 3 days [1]."
    assert introduced("- 3 días [1].", "es", ["¿y quién lo decide?"]) == (
        "Los documentos dicen:\n\n- 3 días [1].\n\nEsto no dice: «quién lo decide»."
    )


@pytest.mark.parametrize(
    ("answer", "enough"),
    [
        ("Used machines can be returned within 14 days, less 18 euros.", True),
        ("Used machines can be returned within 14 days.", True),
        ("The 2026 policy gives used machines 14 days.", True),
        ("Used machines can be returned.", False),
        ("Used machines can be returned within 30 days.", False),
    ],
)
def test_an_answer_keeps_the_figures_of_its_line(answer: str, enough: bool) -> None:
    assert says_as_much(answer, "how long?", _reading("Used: 14 days, 18 € are deducted.")) is enough


@pytest.mark.parametrize(
    ("answer", "line", "enough"),
    [
        ("The design team works up to 1 week from home.", "Group: Design | Days from home per week: Up to 1", False),
        ("The design team works up to 1 day a week from home.", "Group: Design | Days from home per week: 1", True),
        ("Puede trabajar hasta 3 semanas.", "Hasta 3 días por semana desde casa.", False),
        ("Puede trabajar 3 días a la semana.", "Hasta 3 días por semana desde casa.", True),
        ("The shop opens 8 hours a day.", "Shop: Lugo | Hours a day: 8", True),
        ("It is 8 days.", "Shop: Lugo | Hours a day: 8", False),
        ("It takes 2 years.", "It takes 2 to 4 years.", True),
        ("It costs 25 €.", "Lost badge: 25", True),
    ],
)
def test_an_answer_counts_what_its_line_counts(answer: str, line: str, enough: bool) -> None:
    assert says_as_much(answer, "how long?", _reading(line)) is enough


def test_no_line_is_forgotten() -> None:
    reading = _reading("It costs 15 euros.", "It takes 2 days.")
    assert not says_as_much("It costs 15 euros.", "how much and how long?", reading)
    assert says_as_much("It costs 15 euros and takes 2 days.", "how much and how long?", reading)


def test_a_line_without_figures_asks_for_none() -> None:
    assert says_as_much("The last Friday of the month.", "when?", _reading("Dogs may come on the last Friday."))
