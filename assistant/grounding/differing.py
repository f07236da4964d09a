"""Sources that say different things about what was asked, and questions that documents answer each in its own way.

Two lines of two documents speak of the same in other figures. Either the documents disagree (two versions of a policy
that nothing has marked as such, a manual against a price list): the answer then says so and shows both. Or each is
right for somebody (the Irish policy and the Spanish one) and the question does not say for whom: the answer then shows
both and asks back. What tells the two apart are the names in the documents' titles and headings.

Only lines that the reader holds for answers are compared: it shares its probability among all lines that answer, so a
second one with a good part of it is seldom a near miss.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from assistant.grounding.citations import figures
from assistant.grounding.judge import JudgedLine, Sifted
from knowledge.versions import asked_marks, marks_of

# A line counts as a second answer from this share of the first one's probability on.
SECOND = 0.25
# And when it is so near to the question, of what the first one is; in another language nothing is as near.
AS_NEAR, AS_NEAR_ELSEWHERE = 0.8, 0.5
# Of each document up to so many lines are shown, the second when it is so likely, of what the best one is.
MOST_OF_DOCUMENT, BESIDE = 2, 0.4
# Of a name's letters, so many at its beginning are enough: España, español.
SAME_BEGINNING = 4

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_UNIT_NAMES = (
    r"(?:€|\beur(?:os?)?\b)", r"(?:\$|\bdollars?\b|\bdólares\b)", r"(?:£|\bpounds?\b)",
    r"(?:%|\bper ?cent\b|\bpor ciento\b)", r"\b(?:days?|d[ií]as?)\b", r"\b(?:weeks?|semanas?)\b",
    r"\b(?:months?|mes(?:es)?)\b", r"\b(?:years?|años?)\b", r"\b(?:hours?|horas?|h)\b",
    r"\b(?:min(?:ute)?s?|minutos?)\b", r"\b(?:km|kilomet(?:er|re)s?|kilómetros?)\b", r"\b(?:kg|kilos?)\b",
    r"\b(?:points?|puntos?)\b", r"\b(?:[ap]\.?m\.?|o'clock)(?!\w)", r"°",
)  # fmt: skip
UNITS = tuple(re.compile(unit, re.IGNORECASE) for unit in _UNIT_NAMES)
# What sort of document it is names no case.
_SORT_NAMES = """
    contract edition faq guide handbook list manual memo notice policy price prices procedure rates regulation report
    rules summary tariff terms version aviso catálogo condiciones contrato edición guía informe lista listado memoria
    normas normativa política precio precios procedimiento reglamento resumen tarifa tarifas términos versión
"""
_SORTS = frozenset(_SORT_NAMES.split())
Kind = Literal["disagree", "unspecified"]


@dataclass(frozen=True, slots=True)
class Differing:
    """Lines of different documents, or rows of one table, that answer differently.

    `kind` is "disagree" when they cannot both be right, "unspecified" when each is right for a case that the question
    does not name. The lines of one document stand together. With `dated`, both documents say of which day or year they
    are, and the newest comes first.
    """

    kind: Kind
    lines: tuple[JudgedLine, ...]
    dated: bool = False


def differing(question: str, sifted: Sifted | None) -> Differing | None:
    """The lines that answer `question` differently, if there are such; questions of several parts have none."""
    if sifted is None or sifted.parts > 1 or "found" not in sifted.signals or not sifted.lines:
        return None
    if sifted.by_case:
        return Differing("unspecified", sifted.lines)
    first, *others = sorted((*sifted.lines, *sifted.others), key=lambda line: -line.sure)
    for other in others:
        same = first.evidence.passage.language == other.evidence.passage.language
        near = AS_NEAR if same else AS_NEAR_ELSEWHERE
        if other.sure < SECOND * first.sure or other.near < near * first.near:
            continue
        if _other_document(first, other) and _other_figures(question, first, other):
            kind = _kind(question, first, other)
            return (
                None
                if kind is None
                else _in_order(kind, [_of_document(side, first, others) for side in (first, other)])
            )
    return None


def _of_document(best: JudgedLine, first: JudgedLine, others: Sequence[JudgedLine]) -> tuple[JudgedLine, ...]:
    """The best line of a document, and another of it that is not much less likely, in the document's order."""
    own = [
        line for line in (first, *others)
        if line.evidence.passage.document_id == best.evidence.passage.document_id and line.sure >= BESIDE * best.sure
    ]  # fmt: skip
    return tuple(sorted(own[:MOST_OF_DOCUMENT], key=lambda line: line.sentence.start))


def _other_document(first: JudgedLine, other: JudgedLine) -> bool:
    one, two = first.evidence.passage, other.evidence.passage
    superseded = one.superseded_by == two.document_id or two.superseded_by == one.document_id
    return one.document_id != two.document_id and not superseded


def _other_figures(question: str, first: JudgedLine, other: JudgedLine) -> bool:
    """Whether both lines have figures, of one unit where units are named, and share none."""
    one, two = (_own_figures(question, line) for line in (first, other))
    if not one or not two or one & two:
        return False
    own, theirs = (_units(line.sentence.text) for line in (first, other))
    return bool(own & theirs) or not (own or theirs)


def _own_figures(question: str, line: JudgedLine) -> frozenset[str]:
    """The figures of a line that are no year, and not in the question or the title."""
    passage = line.evidence.passage
    known = figures(question) | figures(" ".join((passage.title, *passage.heading)))
    return frozenset(each for each in figures(line.sentence.text) - known if not re.fullmatch(r"(?:19|20)\d\d", each))


def _units(text: str) -> frozenset[int]:
    return frozenset(number for number, kind in enumerate(UNITS) if kind.search(text))


def _kind(question: str, first: JudgedLine, other: JudgedLine) -> Kind | None:
    """None when the question names one of the cases, or the year of one of the documents."""
    if asked_marks(question) & {*_marks(first), *_marks(other)}:
        return None
    one, two = _names(first) - _words(other), _names(other) - _words(first)
    asked = [word.casefold() for word in _WORD.findall(question)]
    if any(_named(name, asked) for name in one | two):
        return None
    if one and two:
        return "unspecified"
    return None if one or two else "disagree"


def _names(line: JudgedLine) -> frozenset[str]:
    """The names in title and headings: words with a capital that the passage never writes without one."""
    passage = line.evidence.passage
    plain = set(_WORD.findall(passage.text))
    found = _WORD.findall(" ".join((passage.title, *passage.heading)))
    return frozenset(
        word.casefold() for word in found
        if word[0].isupper() and word.casefold() not in plain | _SORTS and _is_name(word, passage.title)
    )  # fmt: skip


def _words(line: JudgedLine) -> frozenset[str]:
    """All words of a line with its title and headings."""
    passage = line.evidence.passage
    text = " ".join((passage.title, *passage.heading, line.sentence.text))
    return frozenset(word.casefold() for word in _WORD.findall(text))


def _is_name(word: str, title: str) -> bool:
    """A word that begins the title has its capital from there, unless a number in it makes it a code."""
    return not title.startswith(word) or any(char.isdigit() for char in word)


def _named(name: str, asked: Sequence[str]) -> bool:
    beginning = name[: max(SAME_BEGINNING, len(name) - 3)]
    return any(word == name or (len(word) >= SAME_BEGINNING and word.startswith(beginning)) for word in asked)


def _marks(line: JudgedLine) -> tuple[int, ...]:
    return marks_of(line.evidence.passage.document, line.evidence.passage.title)


def _in_order(kind: Kind, sides: Sequence[tuple[JudgedLine, ...]]) -> Differing:
    one, two = sides
    day, other_day = _day(one[0]), _day(two[0])
    if day is None or other_day is None or day == other_day:
        return Differing(kind, one + two)
    return Differing(kind, one + two if day > other_day else two + one, dated=True)


def _day(line: JudgedLine) -> float | None:
    """The day a document says it is of, or the beginning of the year in its name or title."""
    if line.evidence.passage.dated_at is not None:
        return line.evidence.passage.dated_at
    years = [mark for mark in _marks(line) if 1900 <= mark < 2100]
    return datetime(max(years), 1, 1, tzinfo=UTC).timestamp() if years else None
