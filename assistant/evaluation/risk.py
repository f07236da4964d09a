"""How often answers are wrong, by how many are given: the risk-coverage curve, and a threshold for a stated error rate.

Answers are sorted by the score that giving or withholding is decided on (`assistant.grounding.abstain.confidence`).
Coverage is the share of the questions that are answered from a score on, risk the share of wrong ones among these
answers (El-Yaniv & Wiener 2010, "On the Foundations of Noise-free Selective Classification"). What the product has
withheld is no answer that could be judged, so the curve ends where the product's own threshold lies.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from assistant.evaluation.halves import half_of
from assistant.evaluation.scoring import Judged
from assistant.grounding.abstain import confidence

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scored:
    """A question that a threshold decides about: the score of its answer and whether that is wrong; None if withheld.

    Small talk, lists of documents and turns that failed have no score, and are left out.
    """

    id: str
    answer: tuple[float, bool] | None


@dataclass(frozen=True, slots=True)
class Point:
    """Of all questions, `coverage` are answered with a score from `threshold` on, of these `risk` wrongly."""

    threshold: float
    coverage: float
    risk: float


def scored(judged: Iterable[Judged]) -> list[Scored]:
    """The questions whose answers were given or withheld by a score."""
    found = []
    for each in judged:
        answer = each.outcome.answer
        if answer is None or each.outcome.error is not None or not (answer.signals or answer.abstained):
            continue
        given = None if answer.abstained else (confidence(answer.signals), each.verdict == "wrong")
        found.append(Scored(each.outcome.question.id, given))
    return found


def curve(questions: Sequence[Scored]) -> list[Point]:
    """A point for every score that an answer has, the surest first; answers of one score come together."""
    given = sorted((each.answer for each in questions if each.answer is not None), key=lambda answer: -answer[0])
    points, answered, wrong = list[Point](), 0, 0
    for score, same in groupby(given, key=lambda answer: answer[0]):
        own = list(same)
        answered, wrong = answered + len(own), wrong + sum(bad for _, bad in own)
        points.append(Point(score, answered / len(questions), wrong / answered))
    return points


def area(points: Sequence[Point]) -> float | None:
    """AURC: the mean risk over the answers, each at the coverage at which it comes in; None without an answer."""
    if not points:
        return None
    begins = [0.0, *(point.coverage for point in points[:-1])]
    steps = [(point.coverage - begin, point.risk) for point, begin in zip(points, begins, strict=True)]
    return sum(width * risk for width, risk in steps) / points[-1].coverage


def threshold_for(points: Sequence[Point], error: float) -> float | None:
    """The lowest threshold from which at most `error` of the answers are wrong; None when there is none."""
    return min((point.threshold for point in points if point.risk <= error), default=None)


def at(questions: Sequence[Scored], threshold: float) -> Figures:
    """What a threshold does on some questions: how many it answers, and how many of these are wrong."""
    given = [each.answer[1] for each in questions if each.answer is not None and each.answer[0] >= threshold]
    return {
        "n": len(questions),
        "coverage": len(given) / len(questions) if questions else None,
        "risk": sum(given) / len(given) if given else None,
    }


def risk_coverage(judged: Sequence[Judged], target_error: float | None = None) -> Figures:
    """The curve, its area, and with `target_error` the threshold found on the tune half and what it does on the test
    half. A half that was not asked has no figures.
    """
    questions = scored(judged)
    points = curve(questions)
    figures: Figures = {
        "questions": len(questions),
        "answered": sum(each.answer is not None for each in questions),
        "aurc": area(points),
        "points": [{"threshold": p.threshold, "coverage": p.coverage, "risk": p.risk} for p in points],
    }
    if target_error is not None:
        tune, test = ([each for each in questions if half_of(each.id) == half] for half in ("tune", "test"))
        threshold = threshold_for(curve(tune), target_error)
        figures["target"] = {
            "error": target_error,
            "threshold": threshold,
            "tune": at(tune, threshold) if threshold is not None and tune else None,
            "test": at(test, threshold) if threshold is not None and test else None,
        }
    return figures
