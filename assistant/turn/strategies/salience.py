"""Which lines of a section say what it is about: those in its middle, by sentence vectors, that state something.

A line near to the mean of its section says what the section says (Radev et al. 2004, "Centroid-based summarization");
a figure, a duty or the first place make a line worth more, a list heading or a row of a table less. Lines that say
nearly the same as one already chosen are passed over (maximal marginal relevance, Carbonell and Goldstein 1998).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.grounding.vectors import SentenceVectors
from assistant.turn.strategies.sections import Line, Section
from knowledge.embedder import Vectors

Scores = npt.NDArray[np.float32]
SHORTEST, LONGEST = 18, 420
# Weights beside the nearness to the section's mean, which is a standard score.
OF_DOCUMENT, FIGURE, DUTY, FIRST, ROW = 0.4, 0.5, 0.5, 0.5, -1.0
# What goes on from the sentence before, and what refers to it, says little by itself.
GOES_ON, REFERS = -0.8, -1.5
# A full sentence says more than a catchword.
FULL, FULL_LENGTH = 1.2, 110
SAYS_LITTLE = -4.0
SAME = 0.93
_DUTY = re.compile(
    r"\b(?:must|may not|only|needs?|required?|never|always|cannot|not allowed|within|at least|at most|up to|before|"
    r"deben?|hay que|obligatori[oa]s?|nunca|siempre|solo|sólo|prohibid[oa]s?|como máximo|como mínimo|hasta|antes de|"
    r"necesitan?|dentro de|no se)\b",
    re.IGNORECASE,
)
# "This policy" is what the document calls itself; any other "this" stands in another line.
_ITSELF = r"(?! (?:polic|pol[ií]t|doc|guide|gu[ií]a|manual|report|informe|notice|aviso|code|c[oó]dig|contra|plan))"
_REFERS = re.compile(
    rf"^\W*(?:they|them|it|(?:this|these|those|that){_ITSELF}|such|the same|others?|then|there|also|however|otherwise|"
    rf"in that case|with (?:two|more)|ell[oa]s?|(?:est[aeo]s?|es[aeo]s?){_ITSELF}|l[ao]s? mism[ao]s?|tambi[eé]n|"
    r"adem[aá]s|entonces|sin embargo|en (?:ese|este) caso|el resto|l[ao]s demás|otr[ao]s)\b",
    re.IGNORECASE,
)
_NOTE = re.compile(r" · |^\W*(?:document|documento|version|versión|replaces|sustituye|©|copyright)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a section, the best first, and how near the section is to the whole document (a cosine)."""

    section: Section
    best: tuple[Line, ...]
    nearness: float


def ranked(sections: Sequence[Section], vectors: SentenceVectors, most: int) -> list[Lines]:
    """Of each section at most `most` lines; sections in which no line says anything are left out."""
    passages = {passage.chunk_id: passage for each in sections for passage in each.passages}
    if not passages:
        return []
    known = vectors.known(list(passages.values()), compute=len(passages))
    read = [(each, np.stack([_vector(line, known) for line in each.lines])) for each in sections]
    whole = _mean(np.concatenate([matrix for _, matrix in read]))
    found = []
    for section, matrix in read:
        chosen = _apart(matrix, _scores(section.lines, matrix, whole), most)
        if chosen:
            nearness = float(_mean(matrix) @ whole)
            found.append(Lines(section, tuple(section.lines[index] for index in chosen), nearness))
    return found


def _vector(line: Line, known: Mapping[str, Vectors]) -> Vectors:
    return np.asarray(known[line.passage.chunk_id][line.passage.sentences.index(line.sentence)], dtype=np.float32)


def _scores(lines: Sequence[Line], matrix: Vectors, whole: Vectors) -> Scores:
    scores = _standard(matrix @ _mean(matrix)) + OF_DOCUMENT * _standard(matrix @ whole)
    return np.asarray(scores + np.array([_worth(line, place) for place, line in enumerate(lines)]), dtype=np.float32)


def _worth(line: Line, place: int) -> float:
    text = line.sentence.text.strip()
    if not SHORTEST <= len(text) <= LONGEST or text.endswith((":", "?")) or _NOTE.search(text):
        return SAYS_LITTLE
    figures, duty, row = any(map(str.isdigit, text)), bool(_DUTY.search(text)), " | " in text
    refers, goes_on = bool(_REFERS.match(text)), not _begins_line(line)
    full = min(1.0, len(text) / FULL_LENGTH)
    stated = FIGURE * figures + DUTY * duty + FIRST * (place == 0) + FULL * full
    return stated + ROW * row + REFERS * refers + GOES_ON * goes_on


def stands_alone(line: Line) -> bool:
    """Whether a line can be understood without the one before it."""
    return not _REFERS.match(line.sentence.text.strip()) and _worth(line, 1) > SAYS_LITTLE


def _begins_line(line: Line) -> bool:
    at = line.sentence.start - line.passage.start
    return not line.passage.text[:at].rstrip(" \t") or line.passage.text[:at].rstrip(" \t").endswith("\n")


def _apart(matrix: Vectors, scores: Scores, most: int) -> list[int]:
    """The best lines that do not repeat each other, in the order of the document; none that says little."""
    chosen: list[int] = []
    for index in map(int, np.argsort(-scores, kind="stable")):
        if len(chosen) == most or scores[index] <= SAYS_LITTLE / 2:
            break
        if all(float(matrix[index] @ matrix[other]) < SAME for other in chosen):
            chosen.append(index)
    return chosen


def _mean(matrix: Vectors) -> Vectors:
    mean = matrix.mean(axis=0)
    return np.asarray(mean / (np.linalg.norm(mean) or 1.0), dtype=np.float32)


def _standard(values: Vectors) -> Scores:
    spread = float(values.std())
    return np.asarray((values - values.mean()) / spread if spread > 0 else np.zeros_like(values), dtype=np.float32)
