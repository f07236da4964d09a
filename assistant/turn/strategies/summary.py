"""A document in a few points, section by section, each with the line it comes from.

which document?   by name or title; asked back when several fit, said when none does
read              the sections in order, told one by one; the lines that say most of each are chosen by their vectors
points            these lines, or a model's sentence that they back; put into the person's language
coverage          what the summary leaves out is named
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.errors import ModelError
from assistant.grounding.citations import citation_of, marked
from assistant.grounding.vectors import SentenceVectors
from assistant.messages import message
from assistant.turn.answer import Citation, Evidence, Route, Support
from assistant.turn.events import Reading
from assistant.turn.outcome import Outcome
from assistant.turn.strategies.meant_document import MeantDocument
from assistant.turn.strategies.points import ChecksLines, Point, in_language, quoted, worded
from assistant.turn.strategies.salience import Lines, ranked
from assistant.turn.strategies.sections import Section
from assistant.turn.strategies.strategy import LockOf, Scene
from assistant.turn.strategies.summary_request import SummaryRequest, summary_asked
from assistant.turn.strategies.writer import Writer
from knowledge.document import Document

REASON = "document_summary"
FEWEST, MOST = 3, 10
LINES_A_POINT = 8
# Of each section as many lines are looked at; a section gives at most this many points.
BEST = 3
NAMED_LEFT_OUT = 4


class SummaryStrategy:
    """Comes before the search. `words` is whether the large model can be trusted to put sections in its own words."""

    name = "summary"

    def __init__(
        self, meant: MeantDocument, vectors: SentenceVectors, check: ChecksLines | None, lock_of: LockOf, *, words: bool
    ) -> None:
        self._meant = meant
        self._vectors = vectors
        self._check = check
        self._lock_of = lock_of
        self._words = words

    def prime(self) -> None:
        """Nothing is needed before the first summary."""

    def begin(self, scene: Scene) -> Outcome | None:
        """Summarise the document that is named; a summary of anything else is a question like others."""
        if (picked := self._meant.answered(scene, self.name)) is not None:
            asked = summary_asked(picked[0])
            return None if asked is None else self._summary(scene, picked[1], asked)
        asked = summary_asked(scene.understanding.text)
        if asked is None or not (asked.sure or scene.understanding.intent == self.name):
            return None
        found = self._meant.find(scene, asked.document, self.name)
        return self._summary(scene, found, asked) if isinstance(found, Document) else found

    def _summary(self, scene: Scene, document: Document, asked: SummaryRequest) -> Outcome:
        language = asked.language or scene.language
        sections = self._meant.finder.sections(document, scene.context.request.groups, MOST)
        self._read(scene, sections)
        every = ranked(sections, self._vectors, BEST)
        chosen = _chosen(every, _points(asked, sections, every))
        evidence = _evidence([lines for lines, _ in chosen])
        scene.found(evidence, 1)
        scene.keep_here(self._lock_of, evidence)
        writing = _Writing(scene, {each.passage.chunk_id: each for each in evidence})
        foreign = document.language not in (None, language)
        writer = Writer(scene, REASON) if self._words or foreign else None
        route = writer.route if writer else scene.route(None, REASON)
        if not chosen:
            text = message("summary_nothing", language, title=document.title)
            scene.write(text)
            return Outcome(text, route, abstained=True, searched=1)
        own = [quoted(lines, most) for lines, most in chosen]
        writing.say(_opening(document, language, foreign=foreign), "")
        for number, ((lines, _), points_of) in enumerate(zip(chosen, own, strict=True), start=1):
            scene.check_stopped()
            if writer is not None:
                scene.emit(Reading(number, len(chosen), "section"))
            writing.section(
                _name(lines.section, sections, language), self._of_section(lines, points_of, language, writer)
            )
        writing.say(*_left_out(sections, [lines.section for lines, _ in chosen], language))
        return writing.outcome(writer.route if writer else route)

    def _read(self, scene: Scene, sections: Sequence[Section]) -> None:
        """Have the vectors of all sentences computed, section after section: a new document has none yet."""
        for number, section in enumerate(sections, start=1):
            scene.check_stopped()
            scene.emit(Reading(number, len(sections), "section"))
            self._vectors.known(section.passages, compute=len(section.passages))

    def _of_section(self, lines: Lines, own: list[Point], language: str, writer: Writer | None) -> list[Point]:
        """The points of one section. While no model can be reached, they are the document's own words."""
        if writer is None:
            return own
        try:
            if self._words and (point := worded(lines, language, writer, self._check)) is not None:
                return [point]
            return [in_language(each, language, writer, self._check) for each in own]
        except ModelError:
            return own


@dataclass(slots=True)
class _Said:
    text: str
    shown: str


class _Writing:
    """The summary as it grows: with its markers for the answer, without them on the screen."""

    def __init__(self, scene: Scene, evidence: dict[str, Evidence]) -> None:
        self._scene = scene
        self._evidence = evidence
        self._lines: list[str] = []
        self._citations: list[Citation] = []
        self._support: list[Support] = []

    def say(self, *lines: str) -> None:
        """Words of our own."""
        self._add([_Said(line, line) for line in lines])

    def section(self, name: str, points: Sequence[Point]) -> None:
        """A heading, where there is one, and its points."""
        said = [_Said(f"**{name}**", f"**{name}**")] if name else []
        self._add([*said, *(self._point(each) for each in points), _Said("", "")])

    def _point(self, point: Point) -> _Said:
        sources = [(self._evidence[line.passage.chunk_id], line.sentence) for line in point.lines]
        markers = tuple(dict.fromkeys(each.number for each, _ in sources))
        self._citations += [citation_of(each, sentence) for each, sentence in sources]
        self._support.append(Support(point.text, 1.0, True, markers))
        return _Said(f"- {marked(point.text, markers)}", f"- {point.text}")

    def _add(self, said: Sequence[_Said]) -> None:
        first = not self._lines
        self._lines += [each.text for each in said]
        if said:
            self._scene.write(("" if first else "\n") + "\n".join(each.shown for each in said))

    def outcome(self, route: Route) -> Outcome:
        """The whole."""
        return Outcome(
            "\n".join(self._lines).strip(), route, evidence=tuple(self._evidence.values()),
            citations=tuple(dict.fromkeys(self._citations)), support=tuple(self._support), searched=1,
        )  # fmt: skip


def _points(asked: SummaryRequest, sections: Sequence[Section], every: Sequence[Lines]) -> int:
    """How many points: as many as were asked for, or by the length of the document."""
    if asked.points is not None:
        return asked.points
    lines = sum(len(each.lines) for each in sections)
    return max(FEWEST, min(MOST, max(lines // LINES_A_POINT, len(every))))


def _chosen(every: Sequence[Lines], total: int) -> list[tuple[Lines, int]]:
    """Sections with the number of their points: the nearest to the whole, and a second point for the longest."""
    if not every:
        return []
    near = np.array([each.nearness for each in every])
    size = np.log([1 + len(each.section.lines) for each in every])
    weight = _standard(near) + _standard(size) - 2.0 * np.array([not each.section.name for each in every])
    order = np.argsort(-weight, kind="stable") if len(every) > total else range(len(every))
    kept = sorted(int(index) for index in list(order)[:total])
    counts = dict.fromkeys(kept, 1)
    longest = sorted((index for index in kept), key=lambda index: -size[index])
    for index in [each for _ in range(BEST - 1) for each in longest][: total - len(kept)]:
        counts[index] += 1
    return [(every[index], counts[index]) for index in kept]


def _standard(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else values * 0.0


def _evidence(chosen: Sequence[Lines]) -> tuple[Evidence, ...]:
    """The passages that the chosen lines stand in, in order, with these lines."""
    by_passage: dict[str, list[tuple[Lines, int]]] = {}
    for lines in chosen:
        for place, line in enumerate(lines.best):
            by_passage.setdefault(line.passage.chunk_id, []).append((lines, place))
    found = []
    for number, group in enumerate(by_passage.values(), start=1):
        best = group[0][0].best[group[0][1]]
        selected = sorted((lines.best[place].sentence for lines, place in group), key=lambda each: each.start)
        relevance = round(min(1.0, max(0.0, group[0][0].nearness)), 3)
        found.append(Evidence(number, best.passage, best.sentence, relevance, tuple(selected)))
    return tuple(found)


def _opening(document: Document, language: str, *, foreign: bool) -> str:
    said = message("summary_opening", language, title=document.title)
    return f"{said} {message('summary_translated', language)}" if foreign else said


def _left_out(sections: Sequence[Section], chosen: Sequence[Section], language: str) -> list[str]:
    """What the summary does not cover; nothing to say when it covers all. What has no name cannot be named."""
    counted = [each for each in sections if each.name] or list(sections)
    left = [each.name for each in counted if each not in chosen]
    if not left:
        return []
    said = message("summary_covers", language, covered=len(counted) - len(left), sections=len(counted))
    names = ", ".join(left[:NAMED_LEFT_OUT]) + ("…" if len(left) > NAMED_LEFT_OUT else "")
    return [f"{said} {message('summary_left_out', language, names=names)}" if left[0] else said]


def _name(section: Section, sections: Sequence[Section], language: str) -> str:
    """The heading; in a document without any, the pages."""
    if section.pages is None or len({each.name for each in sections}) > 1:
        return section.name
    first, last = section.pages
    return message("page", language, page=first if first == last else f"{first}-{last}")
