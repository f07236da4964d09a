"""The points of a summary: lines of the document, word for word or in a model's words that say the same.

A default model does not summarise reliably: of 30 sections of three documents it turned the sense of two round, and no
check noticed. So its points are the lines themselves, and it is asked only for lines in another language. A model that
reads well (`llm.line_by_line = false`) puts each section in a sentence, which is checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from assistant.grounding.citations import without_markers
from assistant.grounding.support.verdicts import Backing, ClaimVerdict
from assistant.turn.quoting import shown
from assistant.turn.strategies import writing_prompts as prompts
from assistant.turn.strategies.exactness import exact
from assistant.turn.strategies.salience import Lines
from assistant.turn.strategies.sections import Line
from assistant.turn.strategies.translating import Asks, translated

How = Literal["quoted", "worded", "translated"]
POINT_TOKENS = 120
# P(supported) below which a model's words are replaced by the line. A right translation of a line often has no more.
LEAST_WORDED, LEAST_TRANSLATED = 0.6, 0.3
_ROW = " | "
ROWS = 3


class ChecksLines(Protocol):
    """Checks claims against lines (`assistant.grounding.support.check.SupportCheck`)."""

    def by_lines(self, claims: Sequence[str], lines: Sequence[Backing], question: str = "") -> Sequence[ClaimVerdict]:
        """One verdict per claim."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point, the lines that back it, and how it came about."""

    text: str
    lines: tuple[Line, ...]
    how: How = "quoted"


def quoted(lines: Lines, most: int) -> list[Point]:
    """The best lines of a section in the order of the document; rows of a table come together and count once."""
    rows = [each for each in lines.best if _ROW in each.sentence.text]
    chosen: list[tuple[Line, ...]] = []
    for line in lines.best:
        if len(chosen) == most:
            break
        if _ROW not in line.sentence.text:
            chosen.append((line,))
        elif not any(line in group for group in chosen):
            chosen.append(tuple(sorted(rows[:ROWS], key=_place)))
    return [
        Point(_shown(line), (line,)) for group in sorted(chosen, key=lambda group: _place(group[0])) for line in group
    ]


def in_language(point: Point, language: str, ask: Asks, check: ChecksLines | None) -> Point:
    """The point in the language of the person; as it stands in the document when the translation does not hold."""
    line = point.lines[0]
    if line.passage.language in (None, language):
        return point
    result = translated(point.text, language, ask)
    if not result.holds or not _backed(result.text, point, check, LEAST_TRANSLATED):
        return point
    return Point(result.text, point.lines, "translated")


def worded(lines: Lines, language: str, ask: Asks, check: ChecksLines | None) -> Point | None:
    """A section in one sentence of a model; None when that has a figure that its lines lack, or is not backed."""
    ordered = tuple(sorted(lines.best, key=_place))
    said = " ".join(
        ask(
            prompts.point(lines.section.name, [_shown(each) for each in ordered], language), max_tokens=POINT_TOKENS
        ).split()
    )
    point = Point(without_markers(said), ordered, "worded")
    held = exact(" ".join((lines.section.name, *(each.sentence.text for each in ordered))))
    if not point.text or not exact(point.text) <= held or not _backed(point.text, point, check, LEAST_WORDED):
        return None
    return point


def _backed(text: str, point: Point, check: ChecksLines | None, least: float) -> bool:
    if check is None:
        return True
    lines = [Backing(each.passage, each.sentence) for each in point.lines]
    heading = next(iter(reversed(point.lines[0].passage.heading)), point.lines[0].passage.title)
    return all(each.score >= least for each in check.by_lines([text], lines, f"{heading}?"))


def _shown(line: Line) -> str:
    return without_markers(shown(line.sentence))


def _place(line: Line) -> int:
    return line.sentence.start
