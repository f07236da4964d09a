"""Each sentence of an answer is tied to the sentence that backs it, or to none."""

import pytest

from assistant.grounding.citations import Citer, figures, without_markers
from assistant.grounding.vectors import SentenceVectors
from assistant.turn.answer import Evidence
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage
from knowledge.sentences import split_sentences
from knowledge.testing.embedder import HashingEmbedder

TEXTS = {
    "w.md": "Batteries have a warranty of 18 months. New appliances have a warranty of 2 years. No filters.",
    "r.md": "Used coffee machines can be returned within 14 days. The refund arrives in 5 working days.",
}


def _evidence() -> list[Evidence]:
    found = []
    for number, (name, text) in enumerate(TEXTS.items(), 1):
        sentences = split_sentences(text)
        passage = Passage(name, name, name, name, (), text, 0, len(text), 1, "en", 1.0, sentences=sentences)
        found.append(Evidence(number, passage, sentences[0], 0.9, sentences))
    return found


@pytest.fixture
def citer() -> Citer:
    embedder = HashingEmbedder()
    return Citer(SentenceVectors(embedder), Analyzer())


def test_quotes_stand_verbatim_in_the_source(citer: Citer) -> None:
    grounded = citer.ground(
        "Batteries have 18 months of warranty. You can return used machines within 14 days.", "q", _evidence()
    )
    assert grounded.text == (
        "Batteries have 18 months of warranty [1]. You can return used machines within 14 days [2]."
    )
    for citation in grounded.citations:
        assert TEXTS[citation.document][citation.start : citation.end] == citation.quote
    assert [citation.document for citation in grounded.citations] == ["w.md", "r.md"]


def test_a_wrong_figure_is_not_backed(citer: Citer) -> None:
    grounded = citer.ground("Batteries have a warranty of 36 months.", "q", _evidence())
    assert not grounded.support[0].supported
    assert not grounded.citations
    assert "[" not in grounded.text


def test_a_sentence_out_of_two_sources_cites_both(citer: Citer) -> None:
    grounded = citer.ground(
        "Batteries have 18 months of warranty and the refund arrives in 5 working days.", "q", _evidence()
    )
    assert {citation.marker for citation in grounded.citations} == {1, 2}


def test_markers_of_the_models_own_making_are_dropped(citer: Citer) -> None:
    grounded = citer.ground("Batteries have a warranty of 18 months [7][99].", "q", _evidence())
    assert grounded.text == "Batteries have a warranty of 18 months [1]."


def test_nothing_to_cite_is_not_an_error(citer: Citer) -> None:
    assert citer.ground("", "q", _evidence()).support == ()
    assert not citer.ground("Something.", "q", []).support[0].supported


def test_coverage_misses_a_name_that_stands_nowhere(citer: Citer) -> None:
    assert (
        citer.coverage("battery warranty?", _evidence()) == 1.0
        or citer.coverage("batteries warranty?", _evidence()) == 1.0
    )
    assert citer.coverage("bizum payment?", _evidence()) == 0.0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,000 and 1.000 and 1000", {"1000"}),
        ("12,50 € or 12.50", {"12.5"}),
        ("from 9:00 on 3/4", {"9:00", "3/4"}),
        ("no figures", set()),
    ],
)
def test_figures_have_one_form(text: str, found: set[str]) -> None:
    assert figures(text) == found


def test_markers_are_taken_out() -> None:
    assert without_markers("A [1]. B [2, 3].") == "A. B."
