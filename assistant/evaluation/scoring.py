"""Judges one outcome: right, wrong, or rightly or wrongly withheld; and whether the right documents were cited."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.evaluation.answers import Outcome
from assistant.evaluation.formats import Question
from assistant.grounding.citations import without_markers
from knowledge.lexical.analyzer import Analyzer
from knowledge.parse.clean import clean_text, one_line

Verdict = Literal["correct", "wrong", "abstained_right", "abstained_wrong"]

# Free-text answers, where a set has a reference but no facts: token F1 (SQuAD, Rajpurkar et al. 2016) or recall against
# the reference, over distinct stems without stop words and without the words of the question, so that repeating the
# question earns nothing. Chosen on the tune half of CLAP NQ (143 questions, references of 45 words): all the sentences
# marked as evidence pass for 100 %, one of them for 87 %, another sentence of the same passage for 3 %, two for 4 %.
# It is lenient, it tells the right passage from the wrong one and not a right figure from a wrong one: sets with
# facts are the ones to trust.
REFERENCE_F1 = 0.3
REFERENCE_RECALL = 0.4

_ALL_TERMS = 10_000
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Judged:
    """An outcome with its verdict. The citation figures are None where there is nothing to compare."""

    outcome: Outcome
    verdict: Verdict
    citation_recall: float | None
    citation_precision: float | None


class Judge:
    """Judges outcomes."""

    def __init__(self, analyzer: Analyzer | None = None) -> None:
        self._analyzer = analyzer or Analyzer()

    def judge(self, outcome: Outcome) -> Judged:
        """Compare an outcome with the gold answer."""
        recall, precision = citation_figures(outcome)
        return Judged(outcome, self.verdict(outcome), recall, precision)

    def verdict(self, outcome: Outcome) -> Verdict:
        """An error is wrong, whatever was asked."""
        question = outcome.question
        if outcome.answer is None or outcome.error is not None:
            return "wrong"
        if outcome.abstained:
            return "abstained_wrong" if question.answerable else "abstained_right"
        return "correct" if question.answerable and self._right(outcome, outcome.answer.text) else "wrong"

    def _right(self, outcome: Outcome, text: str) -> bool:
        """By facts; without facts small talk by citing nothing, the rest by the reference, or by a gold citation."""
        question = outcome.question
        if question.facts:
            return has_facts(text, question.facts)
        if not question.documents:
            return not outcome.cited
        if question.reference:
            return self.like_reference(text, question)
        return bool(set(outcome.cited) & _accepted(question))

    def like_reference(self, text: str, question: Question) -> bool:
        """Whether an answer says enough of what the reference says; see REFERENCE_F1."""
        asked = self._terms(question.text, question.language)
        expected = self._terms(question.reference, question.language)
        said = self._terms(without_markers(text), question.language)
        if expected - asked:
            expected, said = expected - asked, said - asked
        shared = len(expected & said)
        if not shared:
            return False
        recall, precision = shared / len(expected), shared / len(said)
        return recall >= REFERENCE_RECALL or 2 * precision * recall / (precision + recall) >= REFERENCE_F1

    def _terms(self, text: str, language: str) -> set[str]:
        return set(self._analyzer.query_terms(text, language, limit=_ALL_TERMS))


def has_facts(text: str, facts: Iterable[Iterable[str]]) -> bool:
    """Whether every fact has an accepted text in the answer; case, white space and citation markers do not count."""
    answer = _squeezed(without_markers(text))
    return all(any(form in answer for each in fact if (form := _squeezed(each))) for fact in facts)


def citation_figures(outcome: Outcome) -> tuple[float | None, float | None]:
    """Recall and precision of the documents cited, for an answered question that has gold documents.

    An equivalent stands in for one gold document that is not cited itself. Without a citation precision is None.
    """
    question = outcome.question
    if not question.answerable or not question.documents or outcome.answer is None or outcome.abstained:
        return None, None
    cited = set(outcome.cited)
    gold, equivalent = (stored_names(each) for each in (question.documents, question.equivalent))
    found = min(len(gold), len(gold & cited) + len((equivalent - gold) & cited))
    return found / len(gold), len(cited & (gold | equivalent)) / len(cited) if cited else None


def _accepted(question: Question) -> set[str]:
    return stored_names(question.documents) | stored_names(question.equivalent)


def stored_names(documents: Iterable[str]) -> set[str]:
    """Document names as the library writes them."""
    return {one_line(clean_text(each)) for each in documents}


def _squeezed(text: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFC", text)).casefold()
