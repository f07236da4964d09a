"""The straight lines drawn on a PDF page, alone or as the edges of rectangles."""

import ctypes
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_MAX_OBJECTS = 10_000  # maps and charts draw more; they are not tables
_MAX_SEGMENTS = 4_500  # some 900 ruled cells
_NEAR = 2.0  # points: both edges of a thin rectangle are one rule

_Point = tuple[float, float]


class Rule(NamedTuple):
    """A horizontal rule at the height `at`, or a vertical one that far from the left; in points."""

    at: float
    start: float
    end: float

    def covers(self, place: float) -> bool:
        """Whether the rule passes `place`, give or take a line's width."""
        return self.start - _NEAR <= place <= self.end + _NEAR


def rules_of(page: pdfium.PdfPage) -> tuple[list[Rule], list[Rule]]:
    """The horizontal and the vertical rules of a page; none if it is full of drawings."""
    across: list[Rule] = []
    down: list[Rule] = []
    if raw.FPDFPage_CountObjects(page) > _MAX_OBJECTS:
        return [], []
    segments = 0
    for drawing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1):
        segments += int(raw.FPDFPath_CountSegments(drawing))
        if segments > _MAX_SEGMENTS:
            return [], []
        for (x, y), (to_x, to_y) in _strokes(drawing):
            if abs(y - to_y) <= 1 and abs(x - to_x) > 4:
                across.append(Rule(y, min(x, to_x), max(x, to_x)))
            elif abs(x - to_x) <= 1 and abs(y - to_y) > 4:
                down.append(Rule(x, min(y, to_y), max(y, to_y)))
    return _joined(across), _joined(down)


def _strokes(drawing: pdfium.PdfObject) -> Iterator[tuple[_Point, _Point]]:
    matrix = drawing.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    start = here = (0.0, 0.0)
    for index in range(raw.FPDFPath_CountSegments(drawing)):
        segment = raw.FPDFPath_GetPathSegment(drawing, index)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        kind, there = raw.FPDFPathSegment_GetType(segment), matrix.on_point(x.value, y.value)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = there
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield here, there
        here = there
        if raw.FPDFPathSegment_GetClose(segment):
            yield here, start
            here = start


def _joined(rules: Iterable[Rule]) -> list[Rule]:
    """Rules that lie on one another, or go on where another ends, as one."""
    joined: list[Rule] = []
    for line in _aligned(rules):
        last = line[0]
        for rule in line[1:]:
            if rule.start <= last.end + _NEAR:
                last = last._replace(end=max(last.end, rule.end))
            else:
                joined.append(last)
                last = rule
        joined.append(last)
    return joined


def _aligned(rules: Iterable[Rule]) -> Iterator[list[Rule]]:
    line: list[Rule] = []
    for rule in sorted(rules):
        if line and rule.at - line[0].at > _NEAR:
            yield sorted(line, key=lambda one: one.start)
            line = []
        line.append(rule._replace(at=line[0].at) if line else rule)
    if line:
        yield sorted(line, key=lambda one: one.start)
