"""Tables that answer a question for each of several cases, where the question names none of them.

"How many days of leave do I have?" is answered by no row of "Years of service | Days": each is right for somebody, and
a reader that was taught to look for the exact case finds that none of them answers. Asked of one case at a time ("Less
than 4 years: how many days ...?") it finds that each row does. Then all rows are the answer, and the case is asked for.

A question with a word of a first cell has named its case. So has one that speaks of something which stands nowhere in
the passage ("how many days may contractors ...?"), a case that the table does not have. Both are left alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.grounding.abstain import LEAST_FOUND
from assistant.grounding.judge import JudgedLine
from assistant.turn.answer import Evidence
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage, Sentence

# Rows that are asked about, nearest first; of these every one has to answer for its case, as surely as any line has to.
ASKED, LEAST_FOR_CASE = 3, LEAST_FOUND
# A table of more rows is a catalogue, to be asked for by name.
MOST_CASES = 12
_BETWEEN_CELLS, _AFTER_LABEL = " | ", ": "
# Words in which people ask for what is due to them, beside those that are too common to be searched for.
_DUE = {
    "en": "allow allowed entitle entitled get give given many may much must need take",
    "es": "corresponde corresponden cuantas cuantos da dan dar debo puede puedo tengo tenemos podemos toca tocan",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one table of a passage, and how near the question each of those that were found is (0 to 1)."""

    evidence: Evidence
    rows: tuple[Sentence, ...]
    near: tuple[float, ...]

    @property
    def cases(self) -> tuple[str, ...]:
        """What each row is for: its first cell, without the label."""
        return tuple(map(_first_cell, self.rows))

    def whole(self, sure: Sequence[float]) -> tuple[JudgedLine, ...]:
        """Every row of the table as it stands in the passage; those not read are as sure and near as the least."""
        known = dict(zip(self.rows, zip(sure, self.near, strict=True), strict=True))
        rows = _rows(self.evidence.passage)[_labels(self.rows[0])]
        evidence = replace(self.evidence, best=rows[0], selected=tuple(rows))
        least = (min(sure), min(self.near))
        return tuple(JudgedLine(evidence, row, 0, *known.get(row, least)) for row in rows)


class Cases:
    """Finds the tables for whose cases a question can be asked."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def tables(
        self, question: str, language: str, lines: Sequence[tuple[Evidence, Sentence, float]]
    ) -> Iterator[Table]:
        """Tables with two rows or more among the lines (with how near these are), the nearest first."""
        found: dict[tuple[str, tuple[str, ...]], list[tuple[Evidence, Sentence, float]]] = {}
        for each in sorted(lines, key=lambda line: -line[2]):
            if labels := _labels(each[1]):
                found.setdefault((each[0].passage.chunk_id, labels), []).append(each)
        for (_, labels), rows in found.items():
            passage = rows[0][0].passage
            every = _rows(passage)[labels]
            if len(rows) < 2 or len(every) > MOST_CASES or passage.language not in (None, language):
                continue
            if not self._names_a_case(question, language, passage, every):
                asked = rows[:ASKED]
                yield Table(rows[0][0], tuple(row for _, row, _ in asked), tuple(near for *_, near in asked))

    def _names_a_case(self, question: str, language: str, passage: Passage, rows: Sequence[Sentence]) -> bool:
        """Whether a word of the question stands in a first cell, or nowhere in the passage, its title or headings."""
        asked = set(self._analyzer.query_terms(question, language))
        about = " ".join((passage.title, *passage.heading, passage.text, _DUE.get(language, "")))
        cases = " ".join(_first_cell(row) for row in rows)
        return bool(asked & self._terms(cases, language)) or not asked <= self._terms(about, language)

    def _terms(self, text: str, language: str) -> set[str]:
        return set(self._analyzer.index_terms(text, language).split())


def _rows(passage: Passage) -> dict[tuple[str, ...], list[Sentence]]:
    """The rows of each table of a passage, by the labels of their cells."""
    found: dict[tuple[str, ...], list[Sentence]] = {}
    for sentence in passage.sentences:
        if labels := _labels(sentence):
            found.setdefault(labels, []).append(sentence)
    return found


def _first_cell(row: Sentence) -> str:
    return row.text.split(_BETWEEN_CELLS)[0].partition(_AFTER_LABEL)[2]


def _labels(row: Sentence) -> tuple[str, ...]:
    """The labels of a row's cells, the first two of which are never empty; nothing for what is no row."""
    cells = [cell.partition(_AFTER_LABEL) for cell in row.text.split(_BETWEEN_CELLS)]
    labelled = len(cells) > 1 and all(label and value for label, _, value in cells[:2])
    return tuple(label for label, _, _ in cells[:2]) if labelled else ()
