"""Judging evidence line by line."""

import numpy as np
import pytest

from assistant.grounding.evidence import Question
from assistant.grounding.judge import (
    CLOSE,
    DENIED,
    LINES_OF_PART,
    JudgedLine,
    Sifted,
    SpeechlessJudge,
    as_evidence,
    judge,
    leading,
)
from assistant.grounding.vectors import SentenceVectors
from assistant.turn.answer import Evidence
from knowledge.passage import Passage, Sentence
from knowledge.testing.embedder import HashingEmbedder

LINES = ("Cars cost 60 euros.", "Motorcycles cost 25 euros.", "The gate closes at ten.")


def _evidence(number: int = 1, lines: tuple[str, ...] = LINES) -> Evidence:
    text, sentences, at = "\n".join(lines), [], 0
    for line in lines:
        sentences.append(Sentence(line, at, at + len(line)))
        at += len(line) + 1
    passage = Passage(
        f"c{number}", f"d{number}", "park.md", "Car park", ("Prices",), text, 0, len(text), None, "en", 1.0,
        sentences=tuple(sentences),
    )  # fmt: skip
    return Evidence(number, passage, sentences[0], 0.9, tuple(sentences))


def _question(*texts: str) -> Question:
    return Question(texts, HashingEmbedder().embed_queries(texts), "en")


def _line(part: int, sure: float, start: int = 0, number: int = 1) -> JudgedLine:
    return JudgedLine(_evidence(number), Sentence("x", start, start + 1), part, sure, 0.9)


@pytest.fixture
def vectors() -> SentenceVectors:
    return SentenceVectors(HashingEmbedder())


def test_the_line_the_model_is_surest_of_comes_first(vectors: SentenceVectors) -> None:
    asked: list[tuple[str, str]] = []

    def ask(question: str, line: str) -> float:
        asked.append((question, line))
        return 0.999 if "Motorcycles" in line else 0.001

    told: list[tuple[int, int]] = []

    def tell(line: int, lines: int) -> None:
        told.append((line, lines))

    judged = judge(_question("what does a motorbike pay?"), [_evidence()], vectors, ask, tell)
    assert judged[0].sentence.text == LINES[1]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert {question for question, _ in asked} == {"what does a motorbike pay?"}
    assert sorted(line for _, line in asked) == sorted(f"Car park > Prices: {line}" for line in LINES)


def test_each_part_of_a_question_is_judged_for_itself(vectors: SentenceVectors) -> None:
    def ask(question: str, line: str) -> float:
        return 0.999 if ("car" in question) == line.endswith("60 euros.") else 0.001

    def tell(*_: int) -> None:
        pass

    judged = judge(_question("what does a car pay?", "when is the gate closed?"), [_evidence()], vectors, ask, tell)
    assert [(line.part, line.sentence.text) for line in leading(judged, 2) if line.part == 0] == [(0, LINES[0])]


def test_a_model_that_never_says_yes_or_no_is_no_judge(vectors: SentenceVectors) -> None:
    with pytest.raises(SpeechlessJudge):
        judge(_question("?"), [_evidence()], vectors, lambda *_: None, lambda *_: None)


def test_lines_the_model_denies_never_lead() -> None:
    assert leading([_line(0, DENIED - 0.01)], 1) == []
    assert leading([_line(0, 0.9), _line(1, 0.01, 7)], 2) == [_line(0, 0.9)]


def test_a_long_line_is_judged_by_its_beginning_under_its_title(vectors: SentenceVectors) -> None:
    shown: list[str] = []

    def ask(_: str, line: str) -> float:
        shown.append(line)
        return 0.5

    judge(_question("?"), [_evidence(1, ("City: Cork | " + "x" * 900,))], vectors, ask, lambda *_: None)
    assert shown[0].startswith("Car park > Prices: City: Cork | x")
    assert len(shown[0]) < 600


def test_lines_close_to_the_best_come_along_and_others_do_not() -> None:
    near, far = _line(0, 0.8, 10), _line(0, 0.2, 20)
    best = _line(0, 0.85)
    assert best.score - near.score < CLOSE < best.score - far.score
    assert leading([best, near, far], 1) == [best, near]


def test_a_line_that_answers_two_parts_is_given_once() -> None:
    assert leading([_line(0, 0.9), _line(1, 0.9)], 2) == [_line(0, 0.9)]


def test_certainty_has_bounds() -> None:
    assert np.isfinite(_line(0, 0.0).score)
    assert np.isfinite(_line(0, 1.0).score)


def test_lines_of_one_passage_are_read_under_one_heading_and_keep_its_marker() -> None:
    lines = [_line(0, 0.9, 0, 2), _line(0, 0.9, 5, 2), _line(0, 0.9, 0, 7)]
    found = as_evidence(lines)
    assert [(each.number, len(each.selected)) for each in found] == [(2, 2), (7, 1)]


def test_it_is_clear_what_answers_when_each_part_has_one_line() -> None:
    assert Sifted((), (_line(0, 0.9),), 1, {}).one_for_each_part
    assert not Sifted((), (_line(0, 0.9), _line(0, 0.9, 5)), 1, {}).one_for_each_part


def test_lines_far_behind_the_nearest_are_not_judged(vectors: SentenceVectors) -> None:
    asked: list[str] = []

    def ask(_: str, line: str) -> float:
        asked.append(line)
        return 0.5

    lines = ("Motorcycles in the car park cost 25 euros.", "Zebras sleep standing.")
    judge(_question("what do motorcycles cost in the car park?"), [_evidence(lines=lines)], vectors, ask, _silent)
    assert len(asked) == 1
    assert "Motorcycles" in asked[0]


def test_of_each_part_only_the_nearest_lines_are_judged(vectors: SentenceVectors) -> None:
    lines = tuple(f"Motorcycles cost {number} euros." for number in range(15))
    told: list[tuple[int, int]] = []
    question = _question("what do motorcycles cost?", "what do motorcycles cost again?")
    judge(question, [_evidence(lines=lines)], vectors, lambda *_: 0.5, lambda *at: told.append(at))
    assert told[-1] == (2 * LINES_OF_PART, 2 * LINES_OF_PART)


def _silent(line: int, lines: int) -> None:
    pass
