"""Amounts of a claim beside a line: the same, others in their place, or nothing that tells."""

import pytest

from assistant.grounding.support.amounts import Amount, agreement, amounts, denied
from assistant.grounding.support.check import SupportCheck
from assistant.grounding.vectors import SentenceVectors
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage
from knowledge.sentences import split_sentences
from knowledge.testing.embedder import HashingEmbedder

ROW = "Item: Kayak, 2 seats | Online: 14 € | At the pier: 48 € | Deposit: 90 €"
PROSE = "A single room costs 60 € and a double room 85 €."
PROSA = "La nómina se paga el día 28 y las dietas, con un mes de retraso, el 12."


@pytest.mark.parametrize(
    ("claim", "line", "told"),
    [
        ("Rooms can be kept for 24 days.", "Rooms can be kept for 24 days.", "same"),
        ("Rooms can be kept for 26 days.", "Rooms can be kept for 24 days.", "other"),
        ("Rooms can be kept for two weeks.", "Rooms can be kept for 2 weeks.", "same"),
        ("Las salas se guardan dos horas.", "Rooms can be kept for 2 hours.", "same"),
        ("It costs 1.200 €.", "It costs 1,200 euros.", "same"),
        ("At the pier a kayak costs 48 €.", ROW, "same"),
        ("At the pier a kayak costs 14 €.", ROW, "other"),
        ("The deposit for a kayak is 90 €.", ROW, "same"),
        ("A double room costs 85 €.", PROSE, "same"),
        ("A double room costs 60 €.", PROSE, "other"),
        ("La nómina se paga el día 28.", PROSA, "same"),
        ("La nómina se paga el día 12.", PROSA, "other"),
        ("Children of 9 years pay half.", "Age: from 6 to 11 years | Price: half", "same"),
        ("Model N12 needs water.", "Model N12 needs no water.", None),
        ("In 2025 the pool was closed.", "The pool is closed.", None),
        ("Ring extension 7001 within 5 minutes.", "Ring the desk within 2 days.", None),
        ("The shop closes at 14:00 on Saturdays.", "Saturday: 10:00-14:00 | Sunday: closed", "same"),
        ("The shop closes at 15:00 on Saturdays.", "Saturday: 10:00-14:00 | Sunday: closed", "other"),
        ("Valid from 2026-02-01.", "From: 2026-02-01 | Price: 3 €", "same"),
        ("From 150 to 300 km others pay 28 €.", "Distance: from 150 to 300 km | Members: 20 € | Others: 28 €", "same"),
        ("Rooms are free.", "Rooms cost 5 €.", None),
        ("Everybody leaves at once.", "Everybody leaves within 11 minutes.", None),
    ],
)
def test_amounts_are_compared_where_the_claim_speaks_of_them(claim: str, line: str, told: str | None) -> None:
    assert agreement(claim, line, "", Analyzer()) == told


def test_an_amount_of_the_heading_needs_no_place_in_the_line() -> None:
    assert agreement("The 90-day visa costs 40 €.", "Fee: 40 € | Time: 5 days", "Visa, 90 days", Analyzer()) == "same"


def test_codes_and_years_are_no_amounts() -> None:
    assert amounts("FT-9, N12 and L2 of 2024 weigh 3.50 kg") == [Amount("3.5", amounts("1 kg")[0].unit)]


@pytest.mark.parametrize(
    ("claim", "value", "told"),
    [
        ("The customer can change the part.", "No", True),
        ("The customer cannot change the part.", "No", False),
        ("The customer can change the part.", "Yes", False),
        ("The customer cannot change the part.", "Yes", True),
        ("The customer pays for the part.", "No", False),
    ],
)
def test_a_row_says_yes_or_no_to_what_a_claim_says(claim: str, value: str, told: bool) -> None:
    assert denied(claim, f"Part: lid | Customer may change it: {value} | Price: 4 €", Analyzer()) == told


def passage(text: str) -> Passage:
    sentences = split_sentences(text)
    return Passage("p", "p", "p.md", "Pier", (), text, 0, len(text), None, "en", 1.0, sentences=sentences)


def checked(claim: str, text: str) -> tuple[str, str]:
    check = SupportCheck(SentenceVectors(HashingEmbedder()), Analyzer(), None, amounts=True)
    (found,) = check.verdicts([claim], [passage(text)])
    assert (found.score >= 0.5) == (found.verdict == "supported")
    return found.verdict, found.evidence[0].sentence.text


def test_the_check_of_texts_goes_by_amounts_and_shows_the_line_they_stand_in() -> None:
    text = f"Kayaks are let by the hour at the pier. {PROSE} Pets pay 9 €."
    assert checked("A double room costs 85 €.", text) == ("supported", PROSE)
    assert checked("A double room costs 60 €.", text) == ("contradicted", PROSE)


def test_other_amounts_of_another_subject_contradict_nothing() -> None:
    assert checked("The mayor of Lisbon earns 60 € an hour.", f"{PROSE} Pets pay 9 €.")[0] == "not_found"


def test_with_a_question_amounts_do_not_decide() -> None:
    check = SupportCheck(SentenceVectors(HashingEmbedder()), Analyzer(), None, amounts=True)
    plain = SupportCheck(SentenceVectors(HashingEmbedder()), Analyzer(), None)
    asked = (["A double room costs 60 €."], [passage(PROSE + " Pets pay 9 €.")], "What is a double room?")
    assert check.verdicts(*asked) == plain.verdicts(*asked)


class Agreeing:
    """A model that calls everything true."""

    def stated(self, claim: str, lines: object, question: str = "") -> float:
        return 0.99


@pytest.mark.parametrize(
    ("claim", "verdict", "line"),
    [("Presents up to 70 € are fine.", "not_found", None),
     ("Dogs and cats pay 9 €.", "supported", "Pets pay 9 €.")],
)  # fmt: skip
def test_a_model_does_not_back_an_amount_that_stands_in_no_line(claim: str, verdict: str, line: str | None) -> None:
    vectors = SentenceVectors(HashingEmbedder())
    check = SupportCheck(vectors, Analyzer(), Agreeing(), sure=2.0, amounts=True)
    (found,) = check.verdicts([claim], [passage(f"Kayaks and dogs are let at the pier. {PROSE} Pets pay 9 €.")])
    assert found.verdict == verdict
    assert (found.score >= 0.5) == (verdict == "supported")
    assert line in (None, *(each.sentence.text for each in found.evidence))
