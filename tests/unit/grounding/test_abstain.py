"""Whether an answer is given or withheld, and the one score it is decided on."""

from itertools import product

import pytest

from assistant.grounding.abstain import (
    LEAST_CHECK,
    LEAST_FOUND,
    LEAST_RELEVANCE,
    LEAST_RELEVANCE_WHEN_SURE,
    LEAST_SUPPORT,
    LEAST_SURE,
    confidence,
    must_abstain,
)

VALUES = (0.0, 0.19, 0.2, 0.24, 0.25, 0.34, 0.35, 0.4, 0.54, 0.55, 0.69, 0.7, 1.0)


def test_each_signal_withholds_below_its_own_least_value_and_not_from_it_on() -> None:
    for relevance, support, sure in product(VALUES, VALUES, VALUES):
        near = LEAST_RELEVANCE_WHEN_SURE if sure >= LEAST_SURE else LEAST_RELEVANCE
        withheld = relevance < near or support < LEAST_SUPPORT or sure < LEAST_SURE
        assert must_abstain({"relevance": relevance, "support": support, "sure": sure}) is withheld
    for check in VALUES:
        assert must_abstain({"check": check}) is (check < LEAST_CHECK)


def test_where_the_reader_has_read_nearness_counts_only_when_it_is_hopeless() -> None:
    for found, relevance in product(VALUES, VALUES):
        withheld = found < LEAST_FOUND or relevance < LEAST_RELEVANCE_WHEN_SURE
        assert must_abstain({"found": found, "relevance": relevance, "sure": 0.0}) is withheld


def test_a_name_that_no_source_knows_withholds_the_surest_answer() -> None:
    assert confidence({"found": 1.0, "support": 1.0, "unknown": 1}) == 0.0


@pytest.mark.parametrize("name", ["found", "support", "sure", "check"])
def test_confidence_rises_with_every_signal_and_a_higher_least_withholds_more(name: str) -> None:
    scores = [confidence({name: value}) for value in VALUES]
    assert scores == sorted(scores)
    assert (scores[0], scores[-1]) == (0.0, 1.0)
    assert must_abstain({name: 0.9}, least=0.95)
    assert not must_abstain({name: 0.9})


def test_a_lower_least_than_the_usual_one_gives_nothing_more() -> None:
    assert must_abstain({"found": 0.2}, least=0.0)
