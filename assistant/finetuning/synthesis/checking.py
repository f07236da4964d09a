"""Why a question that a model made up cannot be used; nothing is learnt from what code finds wrong."""

import re
from collections.abc import Sequence

from assistant.finetuning.synthesis.asking import Draft
from assistant.grounding.citations import figures
from assistant.turn.answer import Evidence
from assistant.turn.language import recognise
from knowledge.lexical.analyzer import Analyzer

LEAST_WORDS, MOST_WORDS = 4, 30
# Of the question's words so many stand in its line when it only repeats it.
REPEATS = 0.9
_POINTS = re.compile(
    r"\b(?:(?:this|the|these|above) (?:document|passage|text|lines?|table|list)|(?:este|el|esta|la) (?:documento|texto|"
    r"pasaje|tabla|lista)|según (?:el|la|este)|mentioned|mencionad[oa]s?|(?:not|no) (?:listed|covered|cubiert[oa]))\b",
    re.IGNORECASE,
)


def fault_of(draft: Draft, language: str, analyzer: Analyzer) -> str:
    """What is wrong with a question, whatever it is about; empty when nothing is."""
    words = draft.question.split()
    if not LEAST_WORDS <= len(words) <= MOST_WORDS:
        return "the question is too short or too long"
    if "?" not in draft.question:
        return "it is no question"
    if recognise(draft.question, language).language != language:
        return "it is in another language"
    if _POINTS.search(draft.question):
        return "it points at the document"
    if draft.line is None:
        return ""
    if not figures(draft.answer) <= figures(draft.line.text):
        return "the answer has figures that its line lacks"
    asked = frozenset(analyzer.query_terms(draft.question, None))
    held = frozenset(analyzer.query_terms(draft.line.text, None))
    return "it repeats its line" if asked and len(asked & held) > REPEATS * len(asked) else ""


def is_found(draft: Draft, document_id: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a search for the question finds the line that is to answer it."""
    return draft.line is not None and any(
        each.passage.document_id == document_id and sentence.text == draft.line.text
        for each in evidence
        for sentence in each.selected
    )


def unknown_words(question: str, evidence: Sequence[Evidence], analyzer: Analyzer) -> frozenset[str]:
    """Words of a question that stand in nothing that was found for it."""
    known = frozenset(
        term
        for each in evidence
        for term in analyzer.query_terms(f"{each.passage.title} {each.passage.text}", None, limit=5_000)
    )
    return frozenset(analyzer.query_terms(question, None)) - known
