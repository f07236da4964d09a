"""How well the reader reads: measured as it is served, by llama.cpp, on organisations that nothing was learnt from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event

import numpy as np
import numpy.typing as npt

from assistant.evaluation.progress import OnStep
from assistant.finetuning.evidence import questions_of
from assistant.finetuning.search import Search, Searches, understood
from assistant.grounding.citations import Citer
from assistant.turn.ports import LanguageModels
from assistant.turn.read import Reader
from finetune.organisations.organisation import Line, LineQuestion, Organisation
from knowledge.lexical.analyzer import Analyzer

# Share of the unanswerable questions that shall be withheld.
WITHHELD = 0.8


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader made of a question.

    `there` says whether a right line was among those it could read, `right` whether its first choice is one, and
    `found` is P(some line answers).
    """

    language: str
    answerable: bool
    there: bool
    right: bool
    found: float


def read_held_out(
    organisations: Sequence[Organisation], searches: Searches, models: LanguageModels, on_step: OnStep
) -> list[Reading]:
    """Ask the reader of `models` every question of the organisations."""
    total = sum(len(each.questions) + len(each.follow_ups) for each in organisations)
    readings: list[Reading] = []
    for organisation in organisations:
        with searches.over_organisation(organisation) as search:
            reader = Reader(models, search.vectors, Citer(search.vectors, Analyzer()))
            for question in questions_of(organisation):
                readings += _read(question, search, reader)
                on_step(len(readings), total)
    return readings


def _read(question: LineQuestion, search: Search, reader: Reader) -> Iterator[Reading]:
    evidence = search.evidence(question.text, question.language)
    there = any(_answers(question.answers, e.passage.document, s.text) for e in evidence for s in e.selected)
    if not evidence:
        yield Reading(question.language, bool(question.answers), False, False, 0.0)
        return
    sifted = reader.sift(understood(question.text, question.language), evidence, Event(), lambda done, total: None)
    right = bool(sifted.lines) and _answers(
        question.answers, sifted.lines[0].evidence.passage.document, sifted.lines[0].sentence.text
    )
    yield Reading(question.language, bool(question.answers), there, right, sifted.signals.get("found", 0.0))


def _answers(lines: Iterable[Line], document: str, text: str) -> bool:
    return any(line.is_in(document, text) for line in lines)


def figures(readings: Sequence[Reading]) -> dict[str, dict[str, float]]:
    """The figures of all readings and of each language; those that cannot be had are left out."""
    found = {"all": _figures(readings)}
    for language in sorted({each.language for each in readings}):
        found[language] = _figures([each for each in readings if each.language == language])
    return found


def _figures(readings: Sequence[Reading]) -> dict[str, float]:
    found: dict[str, float] = {"questions": len(readings)}
    first = [each.right for each in readings if each.there]
    if first:
        found["right line first, where it is there"] = round(float(np.mean(first)), 3)
    answerable = [each for each in readings if each.answerable]
    without = np.array([each.found for each in readings if not each.answerable])
    if answerable and len(without):
        sure = np.array([each.found for each in answerable])
        given = sure > np.quantile(without, WITHHELD)
        right = given & np.array([each.right for each in answerable])
        found["AUROC, answerable or not"] = round(_auroc(sure, without), 3)
        found["answered, 80 % of unanswerable withheld"] = round(float(given.mean()), 3)
        found["answered and right, 80 % of unanswerable withheld"] = round(float(right.mean()), 3)
    return found


def _auroc(high: npt.NDArray[np.float64], low: npt.NDArray[np.float64]) -> float:
    """Chance that one of `high` is above one of `low`; equal ones count half."""
    above, same = high[:, None] > low[None, :], high[:, None] == low[None, :]
    return float(above.mean() + 0.5 * same.mean())
