"""What a stored answer shows after a grant was taken back."""

from dataclasses import replace

import pytest

from assistant.grounding.withheld import documents_of, withheld
from assistant.messages import message
from assistant.testing.documents import LEAVE, SECURITY, cite, document_id, evidence_for
from assistant.turn.answer import Answer, Route, Support, Understanding

LEAVE_ID, SECURITY_ID = document_id(LEAVE), document_id(SECURITY)
FIRST = evidence_for(1, LEAVE, "25 days of annual leave", 0.9)
SECOND = evidence_for(2, SECURITY, "within one hour", 0.4)
ANSWER = Answer(
    "a", "c", "You get 25 days. [1]", False,
    Understanding("How many days?", "How many days?", "en", "lookup", 0.9), Route("slm", "small", "one_line"),
    evidence=(FIRST, SECOND), citations=(cite(FIRST, "25 days of annual leave"),),
    support=(Support("You get 25 days.", 0.9, True, (1,)),), searched=4,
)  # fmt: skip
BOTH = {LEAVE_ID, SECURITY_ID}


def everything_in(answer: Answer) -> str:
    return repr(answer)


def test_what_may_be_read_is_shown_as_it_was_stored() -> None:
    assert documents_of([ANSWER]) == BOTH
    assert withheld(ANSWER, BOTH) is ANSWER


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_of_a_cited_document_is_left(language: str) -> None:
    answer = replace(ANSWER, understanding=replace(ANSWER.understanding, language=language))
    shown = withheld(answer, {SECURITY_ID})
    assert shown.text == message("withheld", language)
    assert (shown.citations, shown.support) == ((), ())
    left = everything_in(shown)
    assert "25 days" not in left
    assert LEAVE_ID not in left
    assert LEAVE.name not in left
    assert LEAVE.title not in left
    assert shown.evidence[1] == SECOND
    assert [each.number for each in shown.evidence] == [1, 2]
    passage, best = shown.evidence[0].passage, shown.evidence[0].best
    assert passage.text[best.start - passage.start : best.end - passage.start] == best.text


def test_an_answer_tied_to_what_may_be_read_stays_without_the_other_passage() -> None:
    shown = withheld(ANSWER, {LEAVE_ID})
    assert (shown.text, shown.citations, shown.support) == (ANSWER.text, ANSWER.citations, ANSWER.support)
    assert "service desk" not in everything_in(shown)
    assert SECURITY.title not in everything_in(shown)


@pytest.mark.parametrize("support", [(), (Support("It is locked.", 0.1, False),)])
def test_a_sentence_that_may_come_from_anywhere_withholds_the_text(support: tuple[Support, ...]) -> None:
    shown = withheld(replace(ANSWER, support=support), {LEAVE_ID})
    assert shown.text == message("withheld", "en")


def test_an_abstention_no_longer_names_what_was_searched() -> None:
    text = f"The documents do not say. I searched 2 documents, among them: {SECURITY.name}."
    shown = withheld(replace(ANSWER, text=text, abstained=True, citations=(), support=()), {LEAVE_ID})
    assert shown.text == message("abstention", "en")
    assert shown.abstained
