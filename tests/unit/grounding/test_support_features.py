"""What the cheap check looks at."""

import json

import pytest

from assistant.grounding.support.features import FEATURES, FeatureReader
from assistant.grounding.support.head import SHIPPED, log_odds, read_head, shipped_head
from assistant.grounding.support.verdicts import lines_of
from assistant.grounding.support.wording import names, negated, opposed
from assistant.grounding.vectors import SentenceVectors
from assistant.testing.answers import passage
from knowledge.lexical.analyzer import Analyzer
from knowledge.testing.embedder import HashingEmbedder

LINES = "Hotels in Cork cost up to 140 euros. Receipts are not needed below 20 euros. Meals are paid."


def features(claim: str, question: str = "", text: str = LINES) -> dict[str, float]:
    reader = FeatureReader(SentenceVectors(HashingEmbedder()), Analyzer())
    (found,) = reader.of([claim], lines_of([passage(text, title="Travel", heading=())]), question)
    return dict(zip(FEATURES, map(float, found.features), strict=True))


def test_a_quote_has_everything_and_another_figure_is_seen() -> None:
    quote, other = features("Hotels in Cork cost up to 140 euros."), features("Hotels in Cork cost up to 160 euros.")
    assert quote["words"] == quote["figures"] == quote["names"] == 1.0
    assert (quote["other_figures"], other["other_figures"]) == (0.0, 1.0)
    assert (other["figures"], other["has_figures"]) == (0.0, 1.0)


def test_a_figure_of_the_question_needs_no_source() -> None:
    assert features("For 3 nights, up to 140 euros.", "How much for 3 nights?")["figures"] == 1.0
    assert features("For 3 nights, up to 140 euros.")["figures"] == 0.5


def test_a_name_that_stands_nowhere_is_seen() -> None:
    assert features("Hotels in Galway cost up to 140 euros.")["names_of_all"] == 0.0


def test_a_negation_on_one_side_only_is_seen() -> None:
    assert features("Receipts are needed below 20 euros.")["negation"] == 1.0
    assert features("Receipts are not needed below 20 euros.")["negation"] == 0.0


@pytest.mark.parametrize(
    ("claim", "line", "sides"),
    [
        ("Coffee increases sleep.", "Sleep was reduced by coffee.", (1, 0)),
        ("Se puede entrar antes del lunes.", "Está prohibido; se entra después.", (2, 0)),
        ("It raises the price.", "The price is higher.", (0, 1)),
        ("It is blue.", "It is reduced.", (0, 0)),
    ],
)
def test_opposites(claim: str, line: str, sides: tuple[int, int]) -> None:
    assert opposed(claim, line) == sides


@pytest.mark.parametrize("text", ["It isn't so.", "No se puede.", "Without receipts.", "Nunca.", "It cannot be."])
def test_negations(text: str) -> None:
    assert negated(text)
    assert not negated("Es así; it is another note.")


def test_names_are_capitals_inside_a_sentence_and_codes() -> None:
    assert names("The office of Cork has a D20 and the VAT form. Two chairs.") == {"cork", "d20", "vat"}


def test_the_shipped_head_says_what_it_is_made_of() -> None:
    card = json.loads(SHIPPED.read_text("utf-8"))
    assert {"name", "version", "licence", "data_sha256", "embedder", "held_out"} <= card.keys()
    assert shipped_head().weights.shape == (3, len(FEATURES))


def test_a_head_of_other_features_is_refused() -> None:
    card = json.loads(SHIPPED.read_text("utf-8"))
    with pytest.raises(ValueError, match="other features"):
        read_head({**card, "features": ["near"]})


def test_probabilities_add_up_and_the_mix_follows_both() -> None:
    head = shipped_head()
    rows = head.probabilities([head.mean.astype("float32")] * 2)
    assert rows.sum(axis=1) == pytest.approx([1, 1])
    assert head.mixed(0.5, 0.99) > head.mixed(0.5, 0.01)
    assert head.mixed(0.9, 0.5) > head.mixed(0.1, 0.5)
    assert log_odds(0.0) == pytest.approx(-log_odds(1.0))
