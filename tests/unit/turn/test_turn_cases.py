"""Tables with a row for each case, asked by somebody who names none."""

import math
from collections.abc import Mapping
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from langchain_core.messages import BaseMessage

from assistant.finetuning.search import understood
from assistant.grounding.citations import Citer
from assistant.grounding.differing import differing
from assistant.grounding.judge import Sifted
from assistant.grounding.vectors import SentenceVectors
from assistant.turn.answer import Evidence
from assistant.turn.cases import MOST_CASES, Cases
from assistant.turn.differences import side_by_side
from assistant.turn.read import Reader
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage, Sentence
from knowledge.testing.embedder import HashingEmbedder

QUESTION = "How many days of leave do I get?"
ROWS = [
    f"Years of service: {years} | Days of leave: {days}"
    for years, days in (("0 to 4", 22), ("5 to 9", 24), ("10 or more", 26))
]


def evidence(texts: list[str], language: str | None = "en", seen: int | None = None) -> Evidence:
    sentences, at = list[Sentence](), 0
    for text in texts:
        sentences.append(Sentence(text, at, at + len(text)))
        at += len(text) + 1
    whole = "\n".join(texts)
    passage = Passage(
        "c1", "d1", "leave.md", "Leave policy", ("Annual leave",), whole, 0, len(whole), None, language, 0.5,
        sentences=tuple(sentences),
    )  # fmt: skip
    return Evidence(1, passage, sentences[0], 0.6, tuple(sentences[: seen or len(sentences)]))


class Reads:
    """Names the line that fits the case put before the question; without a case, none."""

    def __init__(self, sure: Mapping[str, float]) -> None:
        self.sure, self.asked = sure, list[str]()

    def first_token(self, role: str, messages: list[BaseMessage]) -> dict[str, float]:
        question, _, lines = messages[-1].text.removeprefix("Question: ").partition("\n")
        self.asked.append(question)
        case = question.partition(": ")[0]
        label = next((line[0] for line in lines.splitlines() if f": {case} |" in line), "")
        sure = self.sure.get(case, 0.02)
        return {label or "A": math.log(sure), "0": math.log(1 - sure)}


def sifted(models: Any, found: Evidence, question: str = QUESTION, **how: bool) -> Sifted:
    vectors = SentenceVectors(HashingEmbedder())
    reader = Reader(models, vectors, Citer(vectors, Analyzer()), Cases(Analyzer()))
    return reader.sift(understood(question, "en"), [found], Event(), lambda done, total: None, **how)


ALL = {"0 to 4": 0.9, "5 to 9": 0.6, "10 or more": 0.95}


def test_every_row_is_shown_and_the_case_is_asked_for() -> None:
    models = Reads(ALL)
    chosen = sifted(models, evidence(["Leave is agreed with the manager.", *ROWS]))
    assert chosen.by_case
    assert not chosen.abstains
    assert [line.sentence.text for line in chosen.lines] == ROWS
    assert chosen.signals["found"] == 0.6, "as sure as the least sure row"
    apart = differing(QUESTION, chosen)
    assert apart is not None
    shown = side_by_side(apart, "en")
    assert shown.text.splitlines()[0] == "That depends on which of these applies:"
    assert shown.text.splitlines()[2] == "- Years of service: 0 to 4; Days of leave: 22 [1]"
    assert shown.text.endswith("Which one is it about?")
    assert [each.quote for each in shown.citations] == ROWS


def test_rows_that_were_not_among_the_lines_are_shown_too() -> None:
    chosen = sifted(Reads(ALL), evidence(ROWS, seen=2))
    assert [line.sentence.text for line in chosen.lines] == ROWS
    assert chosen.lines[2].sure == 0.6


def test_a_row_that_does_not_answer_for_its_case_shows_that_the_table_is_about_something_else() -> None:
    assert not sifted(Reads({**ALL, "10 or more": 0.2}), evidence(ROWS)).by_case


@pytest.mark.parametrize(
    "question",
    [
        "How many days of leave do contractors get?",  # a case that the table does not have
        "How many days of leave do I get in Japan?",
        "How many days of leave do I get after 5 years?",  # one that it has
    ],
)
def test_a_question_that_names_something_unknown_is_left_alone(question: str) -> None:
    models = Reads(ALL)
    assert sifted(models, evidence(ROWS), question).abstains
    assert set(models.asked) == {question}


def test_a_question_that_a_line_answers_is_not_asked_again() -> None:
    class Sure(Reads):
        def first_token(self, role: str, messages: list[BaseMessage]) -> dict[str, float]:
            super().first_token(role, messages)
            return {"A": math.log(0.9), "0": math.log(0.1)}

    models = Sure(ALL)
    assert not sifted(models, evidence(ROWS)).by_case
    assert not any(": How" in each for each in models.asked)


@pytest.mark.parametrize(("likely", "by_case"), [((0.3, 0.2), True), ((0.5, 0.001), False)])
def test_where_the_reader_is_in_doubt_the_rows_it_holds_likely_decide(
    likely: tuple[float, float], by_case: bool
) -> None:
    """Of two likely rows of one table the whole table is shown; one likely row is given as it is."""

    class Doubts(Reads):
        def first_token(self, role: str, messages: list[BaseMessage]) -> dict[str, float]:
            if messages[-1].text.startswith(f"Question: {QUESTION}"):
                one, two = likely
                return {"A": math.log(one), "B": math.log(two), "0": math.log(1 - one - two)}
            return super().first_token(role, messages)

    chosen = sifted(Doubts(ALL), evidence(ROWS))
    assert chosen.by_case is by_case
    assert len(chosen.lines) == (3 if by_case else 1)


def test_parts_of_a_question_are_read_as_they_are() -> None:
    assert not sifted(Reads(ALL), evidence(ROWS), apart=True).by_case


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (ROWS[:1], "en"),  # one row is no choice
        (["Leave: 22 days", "Notice: 15 days"], "en"),  # no table
        ([f"Years of service: {year} | Days of leave: {year}" for year in range(MOST_CASES + 1)], "en"),  # a catalogue
        (ROWS, "es"),  # what it says cannot be compared with the question's words
    ],
)
def test_what_is_no_table_of_cases(texts: list[str], language: str) -> None:
    found = evidence(texts, language)
    lines = [(found, sentence, 0.5) for sentence in found.selected]
    assert [*Cases(Analyzer()).tables(QUESTION, "en", lines)] == []


def test_the_nearest_table_comes_first() -> None:
    near, far = evidence(ROWS), evidence(ROWS)
    far = replace(far, number=2, passage=replace(far.passage, chunk_id="c2"))
    lines = [*((far, each, 0.4) for each in far.selected), *((near, each, 0.7) for each in near.selected)]
    first, second = Cases(Analyzer()).tables(QUESTION, "en", lines)
    assert (first.evidence.number, second.evidence.number) == (1, 2)
    assert first.cases == ("0 to 4", "5 to 9", "10 or more")
