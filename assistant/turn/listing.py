"""An answer that lists documents: how many were gone through, how many speak of the subject, a line of each.

No model writes it, so that no number in it can be made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.citations import Grounded, citation_of, marked, without_markers
from assistant.messages import counted, message
from assistant.turn.answer import Evidence, Support
from assistant.turn.quoting import plain
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage, Sentence

LISTED = 20


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep came to: `matching` of `searched` documents speak of `subject`, and no others if `complete`."""

    subject: str
    matching: int
    searched: int
    complete: bool = True


def lines_of(passages: Sequence[Passage], subject: str, analyzer: Analyzer) -> tuple[Evidence, ...]:
    """The passages as evidence, each with the sentence that has most of the subject's words."""
    wanted = frozenset(analyzer.query_terms(subject, None))
    found = []
    for number, passage in enumerate((each for each in passages if each.sentences), start=1):
        best = _line(passage, wanted, analyzer)
        found.append(Evidence(number, passage, best, round(min(1.0, max(0.0, passage.score)), 3), (best,)))
    return tuple(found)


def listed(swept: Swept, evidence: Sequence[Evidence], language: str) -> Grounded:
    """The answer with its citations; every line is its own support."""
    lines = [
        f"- **{without_markers(each.passage.title)}**: {marked(plain(each.best), (each.number,))}" for each in evidence
    ]
    text = "\n".join([_opening(swept, len(evidence), language), "", *lines])
    citations = tuple(citation_of(each, each.best) for each in evidence)
    support = tuple(Support(plain(each.best), 1.0, True, (each.number,)) for each in evidence)
    return Grounded(text, citations, support)


def _opening(swept: Swept, shown: int, language: str) -> str:
    values = {"searched": counted("all_documents", swept.searched, language), "subject": swept.subject}
    if swept.complete:
        opening = counted("swept", swept.matching, language, **values)
    else:
        opening = message("swept_at_least", language, number=swept.matching, **values)
    return opening if shown == swept.matching else f"{opening} {message('swept_first', language, number=shown)}"


def _line(passage: Passage, wanted: frozenset[str], analyzer: Analyzer) -> Sentence:
    names = {name.casefold() for name in (passage.title, *passage.heading)}
    telling = [each for each in passage.sentences if each.text.strip(" #*").casefold() not in names]
    return max(
        telling or passage.sentences, key=lambda each: len(wanted & frozenset(analyzer.query_terms(each.text, None)))
    )
