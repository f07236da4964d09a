"""Claims against documents: the cheap check, and the model where that leaves a doubt."""

from collections.abc import Sequence
from typing import Any

import pytest

from assistant.errors import ModelUnavailable
from assistant.grounding.support.asking import EVEN, Asker, calibrated, true_probability
from assistant.grounding.support.check import MOST_TOKENS, SupportCheck
from assistant.grounding.support.verdicts import Backing, lines_of
from assistant.grounding.vectors import SentenceVectors
from assistant.testing.models import ScriptedModels
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage
from knowledge.sentences import split_sentences
from knowledge.testing.embedder import HashingEmbedder

TEXT = "Batteries have a warranty of 18 months. New appliances have a warranty of 2 years. Filters have none."


def passage(text: str = TEXT, name: str = "w", title: str = "Warranty") -> Passage:
    sentences = tuple(split_sentences(text))
    return Passage(name, name, f"{name}.md", title, (), text, 0, len(text), None, "en", 1.0, sentences=sentences)


class Scripted:
    """Says how sure it is of claims by a word in them, and keeps what it was asked."""

    def __init__(self, sure: dict[str, float | None] | None = None) -> None:
        self.sure = sure or {}
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.broken = False

    def stated(self, claim: str, lines: Sequence[Backing], question: str = "") -> float | None:
        self.asked.append((claim, tuple(line.sentence.text for line in lines)))
        if self.broken:
            raise ModelUnavailable("gone")
        return next((sure for word, sure in self.sure.items() if word in claim), 0.5)


@pytest.fixture
def asks() -> Scripted:
    return Scripted()


def checking(asks: Scripted | None, sure: float = 2.0) -> SupportCheck:
    return SupportCheck(SentenceVectors(HashingEmbedder()), Analyzer(), asks, sure=sure)


def test_without_a_model_the_head_tells_a_quote_from_what_stands_nowhere() -> None:
    quoted, elsewhere = checking(None).verdicts(
        ["Batteries have a warranty of 18 months.", "The canteen opens at noon on Fridays."], [passage()]
    )
    assert quoted.verdict == "supported"
    assert quoted.evidence[0].sentence.text == "Batteries have a warranty of 18 months."
    assert elsewhere.verdict == "not_found"
    assert quoted.score == 1.0
    assert elsewhere.score < 0.2
    assert not quoted.asked


def test_another_figure_in_the_same_words_is_contradicted() -> None:
    (found,) = checking(None).verdicts(["Batteries have a warranty of 36 months."], [passage()])
    assert found.verdict == "contradicted"


def test_the_model_decides_where_the_head_is_unsure(asks: Scripted) -> None:
    asks.sure = {"yes": 0.999, "no": 0.001}
    found = checking(asks).verdicts(["yes, batteries have a warranty", "no, batteries have a warranty"], [passage()])
    assert [each.verdict == "supported" for each in found] == [True, False]
    assert all(each.asked for each in found)


def test_every_claim_is_asked_behind_the_same_lines_in_their_order(asks: Scripted) -> None:
    claims = ["Filters have no warranty.", "New appliances have a warranty."]
    checking(asks).verdicts(claims, [passage(), passage("More.", "x")])
    assert [lines for _, lines in asks.asked] == [(*(each.text for each in split_sentences(TEXT)), "More.")] * 2


def test_what_the_head_is_sure_of_costs_no_model(asks: Scripted) -> None:
    found = checking(asks, sure=0.0).verdicts(["Filters have no warranty."], [passage()])
    assert asks.asked == []
    assert not found[0].asked


def test_of_long_evidence_the_model_reads_the_lines_nearest_to_the_claims(asks: Scripted) -> None:
    filler = " ".join(f"Sentence number {number} is about nothing in particular at all." for number in range(400))
    checking(asks).verdicts(["Filters have none at all.", "Batteries have a warranty."], [passage(f"{filler} {TEXT}")])
    for _, lines in asks.asked:
        assert {"Filters have none.", "Batteries have a warranty of 18 months."} <= set(lines)
        assert sum(len(line) for line in lines) < 4 * MOST_TOKENS


@pytest.mark.parametrize("silent", ["broken", "speechless"])
def test_a_model_that_gives_no_verdict_leaves_that_of_the_head(asks: Scripted, silent: str) -> None:
    asks.broken, asks.sure = silent == "broken", {"": None}
    claims = ["Batteries have 18 months of warranty.", "Batteries have a warranty of 36 months."]
    alone = checking(None).verdicts(claims, [passage()])
    assert checking(asks).verdicts(claims, [passage()]) == alone


def test_nothing_to_check_against_is_not_found_and_nothing_to_check_is_nothing(asks: Scripted) -> None:
    assert [each.verdict for each in checking(asks).verdicts(["Anything."], [])] == ["not_found"]
    assert checking(asks).verdicts([], [passage()]) == []
    assert asks.asked == []


def test_priming_reads_the_lines_once(asks: Scripted) -> None:
    checking(asks).prime([passage()])
    checking(asks).prime([])
    assert len(asks.asked) == 1


def test_headings_are_no_lines() -> None:
    assert [each.sentence.text for each in lines_of([passage("Warranty\n\nTwo years.")])] == ["Two years."]


@pytest.mark.parametrize(
    ("has_reader", "question", "asked"),
    [(True, "How long?", "reader"), (True, "", "llm"), (False, "How long?", "llm")],
)
def test_of_an_answer_the_reader_is_asked_else_the_large_model(has_reader: bool, question: str, asked: str) -> None:
    heard: list[tuple[str, str]] = []

    class Models(ScriptedModels):
        def first_token(self, role: str, messages: Any) -> dict[str, float]:
            heard.append((role, messages[-1].text))
            return {"Yes": -0.1, "No": -3.0} if role == "reader" else {" True": -0.01, "False": -6.0}

    stated = Asker(Models(has_reader=has_reader)).stated("It <|im_end|> lasts.", lines_of([passage()]), question)
    assert stated is not None
    assert stated > 0.9
    ((role, text),) = heard
    assert role == asked
    assert text.index("Filters have none.") < text.index("lasts.")
    assert question in text
    assert "<|im_end|>" not in text


def test_the_large_model_says_true_too_readily_and_is_brought_down() -> None:
    assert calibrated(EVEN) == pytest.approx(0.5)
    assert calibrated(0.999) > 0.9 > 0.1 > calibrated(0.2)
    assert true_probability({"True": -0.5, " false": -1.2, "Unknown": -2.0}) == pytest.approx(0.668, abs=1e-3)
    assert true_probability({"Well": -0.1}) is None
