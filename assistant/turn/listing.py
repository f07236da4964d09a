"""An answer that lists documents: how many were gone through, how many speak of the subject, a line of each.

Where that line is a row of a table, the rows that have as many of the subject's words come with it: "list all products
and their prices" is answered by the price list, not by its first row. No model writes any of it, so that no number in
it can be made up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from assistant.grounding.citations import Grounded, citation_of, marked, without_markers
from assistant.messages import counted, message
from assistant.turn.answer import Evidence, Support
from assistant.turn.catalogues.catalogue import Row, catalogues_of
from assistant.turn.quoting import shown
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage, Sentence

LISTED = 20
# Rows of tables in one answer.
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep came to: `matching` of `searched` documents speak of `subject`, and no others if `complete`.

    `rows` says of documents (by id) that do so in a table how many of its rows do.
    """

    subject: str
    matching: int
    searched: int
    complete: bool = True
    rows: Mapping[str, int] = field(default_factory=dict)


def lines_of(passages: Sequence[Passage], subject: str, analyzer: Analyzer) -> tuple[Evidence, ...]:
    """The passages as evidence, each with the sentence that has most of the subject's words."""
    wanted = frozenset(analyzer.query_terms(subject, None))
    found = []
    for number, passage in enumerate((each for each in passages if each.sentences), start=1):
        best = _line(passage, wanted, analyzer)
        found.append(Evidence(number, passage, best, round(min(1.0, max(0.0, passage.score)), 3), (best,)))
    return tuple(found)


def with_rows(
    evidence: Sequence[Evidence], passages_of: Callable[[str], Sequence[Passage]], subject: str, analyzer: Analyzer
) -> tuple[tuple[Evidence, ...], dict[str, int]]:
    """The evidence, a row of a table with the rows beside it that have as many words of the subject, up to `MOST_ROWS`.

    With it how many such rows a document has, by its id.
    """
    wanted = frozenset(analyzer.query_terms(subject, None))
    found, counts, left = list[Evidence](), dict[str, int](), MOST_ROWS
    for each in evidence:
        alike = _rows_like(each, passages_of, wanted, analyzer)
        rows = alike[:left]
        if len(alike) > 1:
            counts[each.passage.document_id] = len(alike)
        if len(rows) < 2:
            found.append(each)
            continue
        left -= len(rows)
        for _, group in groupby(rows, key=lambda row: row.passage.chunk_id):
            own = list(group)
            passage = replace(own[0].passage, score=each.passage.score)
            lines = tuple(row.sentence for row in own)
            found.append(Evidence(each.number, passage, lines[0], each.relevance, lines))
    return tuple(replace(each, number=number) for number, each in enumerate(found, start=1)), counts


def listed(swept: Swept, evidence: Sequence[Evidence], language: str) -> Grounded:
    """The answer with its citations; every line is its own support."""
    shown_lines = [(each, sentence) for each in evidence for sentence in each.selected]
    documents = [list(group) for _, group in groupby(shown_lines, key=lambda line: line[0].passage.document_id)]
    items = [_item(lines, swept.rows.get(lines[0][0].passage.document_id, 0), language) for lines in documents]
    text = "\n".join([_opening(swept, len(documents), language), "", *items])
    citations = tuple(citation_of(each, sentence) for each, sentence in shown_lines)
    support = tuple(Support(shown(sentence), 1.0, True, (each.number,)) for each, sentence in shown_lines)
    return Grounded(text, citations, support)


def _item(lines: Sequence[tuple[Evidence, Sentence]], rows: int, language: str) -> str:
    """One document with its line, or with those of its rows that are listed below it."""
    title = f"- **{without_markers(lines[0][0].passage.title)}**:"
    if rows > len(lines):
        key = "listed_row" if len(lines) == 1 else "listed_rows"
        title += f" {message(key, language, number=len(lines), rows=rows)}"
    marked_lines = [marked(shown(sentence), (each.number,)) for each, sentence in lines]
    return f"{title} {marked_lines[0]}" if len(lines) == 1 else "\n  - ".join([title, *marked_lines])


def _opening(swept: Swept, documents: int, language: str) -> str:
    values = {"searched": counted("all_documents", swept.searched, language), "subject": swept.subject}
    if swept.complete:
        opening = counted("swept", swept.matching, language, **values)
    else:
        opening = message("swept_at_least", language, number=swept.matching, **values)
    return opening if documents == swept.matching else f"{opening} {message('swept_first', language, number=documents)}"


def _rows_like(
    evidence: Evidence, passages_of: Callable[[str], Sequence[Passage]], wanted: frozenset[str], analyzer: Analyzer
) -> list[Row]:
    """The rows of the table in which the best line stands that have as many wanted words; none when that has none."""
    most = _words(evidence.best, wanted, analyzer)
    if not most or " | " not in evidence.best.text:
        return []
    tables = catalogues_of(passages_of(evidence.passage.document_id))
    place = evidence.best.start
    rows = next((table.rows for table in tables if any(row.sentence.start == place for row in table.rows)), ())
    return [row for row in rows if _words(row.sentence, wanted, analyzer) >= most]


def _words(sentence: Sentence, wanted: frozenset[str], analyzer: Analyzer) -> int:
    return len(wanted & frozenset(analyzer.query_terms(sentence.text, None)))


def _line(passage: Passage, wanted: frozenset[str], analyzer: Analyzer) -> Sentence:
    names = {name.casefold() for name in (passage.title, *passage.heading)}
    telling = [each for each in passage.sentences if each.text.strip(" #*").casefold() not in names]
    return max(telling or passage.sentences, key=lambda each: _words(each, wanted, analyzer))
