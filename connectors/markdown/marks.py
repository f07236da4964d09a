"""Runs in a markup of marks: opened and closed as the style changes, never around a space or a line's end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from connectors.markdown.tree import Run, Runs, Style

ORDER = ("strong", "emphasis", "strike")
MARKS = frozenset("*_~`")
JOIN = "\u200b"
"""Stands between a mark and a letter that would keep it from being read as a mark."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a platform. Without a mark for a style, the words stand without it.

    `code` writes inline code, `link` a link from its words (already marked) and its address, `escape` plain words.
    """

    escape: Callable[[str], str]
    code: Callable[[str], str]
    link: Callable[[str, str], str]
    of: Mapping[str, str] = field(default_factory=dict)

    def write(self, runs: Runs) -> str:
        """Runs as text; newlines in them stay line breaks."""
        return "\n".join(self._line(line) for line in _lines(runs))

    def _line(self, runs: Runs) -> str:
        parts = []
        for href, group in groupby(runs, key=lambda run: run.style.href):
            inside = tuple(group)
            parts.append(self.link(self._marked(inside), href) if href else self._marked(inside))
        return "".join(parts)

    def _marked(self, runs: Runs) -> str:
        writer = _Writer(self)
        for run in runs:
            writer.add(run)
        return writer.end()


class _Writer:
    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._text = ""
        self._space = ""
        self._opened: list[str] = []

    def add(self, run: Run) -> None:
        core = run.text.strip(" \t")
        if not core:
            self._space += run.text
            return
        lead = run.text[: len(run.text) - len(run.text.lstrip(" \t"))]
        wanted = self._wanted(run.style)
        self._close(wanted)
        self._text += self._space + lead
        self._space = run.text[len(run.text.rstrip(" \t")) :]
        self._open(wanted)
        written = self._marks.code(core) if run.style.code else self._marks.escape(core)
        self._put(written, core)

    def end(self) -> str:
        self._close([])
        return self._text + self._space

    def _wanted(self, style: Style) -> list[str]:
        return [name for name in ORDER if name in self._marks.of and getattr(style, name)]

    def _close(self, wanted: list[str]) -> None:
        while self._opened and self._opened != wanted[: len(self._opened)]:
            self._text += self._marks.of[self._opened.pop()]

    def _open(self, wanted: list[str]) -> None:
        for name in wanted[len(self._opened) :]:
            if self._text[-1:].isalnum() or (not self._opened and self._text[-1:] in MARKS):
                self._text += JOIN
            self._text += self._marks.of[name]
            self._opened.append(name)

    def _put(self, written: str, core: str) -> None:
        after_mark = self._text.endswith(tuple(mark[-1] for mark in self._marks.of.values()))
        if after_mark and not self._opened and (core[0].isalnum() or written[0] in "*_~`"):
            self._text += JOIN
        if self._text.endswith("`") and written.startswith("`"):
            self._text += JOIN  # three ticks would begin a fence, two another code than these
        self._text += written


def _lines(runs: Runs) -> list[Runs]:
    lines: list[list[Run]] = [[]]
    for run in runs:
        first, *more = run.text.split("\n")
        lines[-1].append(Run(first, run.style))
        lines += [[Run(each, run.style)] for each in more]
    return [tuple(run for run in line if run.text) for line in lines]
