"""Questions and lines to learn from, as search cuts and ranks them."""

from assistant.finetuning.lines import OTHERS, RankedLines, examples_of, ranked_lines
from finetune.organisations.organisation import Line, LineQuestion, Organisation
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder

TEXT = (
    "# Car park\n\n| Vehicle | Price |\n|---|---|\n| Cars | 60 € |\n| Motorcycles | 25 € |\n\nThe gate closes at ten."
)
QUESTION = LineQuestion(
    "price for motorcycles", "en", "single", (Line("a.md", "| Motorcycles | 25 € |"),),
    (Line("a.md", "| Cars | 60 € |"),),
)  # fmt: skip


def test_lines_are_ranked_under_their_title_and_the_right_ones_are_known() -> None:
    organisation = Organisation("park", {"a.md": TEXT}, (QUESTION,))
    (ranked,) = ranked_lines(organisation, HashingEmbedder(), KnowledgeSettings())
    (right,) = ranked.answers
    assert "Motorcycles" in ranked.lines[right]
    assert "25 €" in ranked.lines[right]
    assert ranked.lines[right].startswith("Car park")
    (near,) = ranked.near
    assert "Cars" in ranked.lines[near]


def test_an_example_has_the_near_lines_and_some_of_the_nearest_others() -> None:
    lines = tuple(f"line {number}" for number in range(30))
    (example,) = examples_of(RankedLines(QUESTION, lines, frozenset({2}), frozenset({2, 9, 17})))
    assert example.answer == "line 2"
    assert example.others[:2] == ("line 9", "line 17")
    assert len(example.others) == OTHERS
    assert "line 2" not in example.others
    assert example.others[2:5] == ("line 0", "line 3", "line 5")


def test_every_right_line_is_an_example_of_its_own() -> None:
    lines = tuple(f"line {number}" for number in range(30))
    examples = list(examples_of(RankedLines(QUESTION, lines, frozenset({2, 5}), frozenset())))
    assert [each.answer for each in examples] == ["line 2", "line 5"]
    assert all("line 5" not in each.others and "line 2" not in each.others for each in examples)


def test_too_few_lines_or_no_answer_make_no_example() -> None:
    assert not list(examples_of(RankedLines(QUESTION, ("a", "b"), frozenset({0}), frozenset())))
    assert not list(examples_of(RankedLines(QUESTION, tuple("abcdefghijklmnopqrstuvwxyz"), frozenset(), frozenset())))
