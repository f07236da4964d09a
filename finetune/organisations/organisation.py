"""Organisations to learn from: their documents, questions, and the lines that answer or only look as if they did.

A file per organisation, JSON: `documents` [{path, lang, title, text}] and `questions` [{lang, kind, question, lines,
near, answer, wrong}], where `lines` (they answer) and `near` (they do not, but look like it) are [path, text] pairs and
each text stands word for word in the document. A question without `lines` cannot be answered from the documents; one of
the kind "two" asks for two things and needs every one of its lines. `answer` is the answer in a sentence and `wrong`
one that the lines do not back; only the grounded adapter learns from them, and from `followups` [{lang, asked, said,
question, standalone, lines}]: questions that follow on one `asked` and answered before, and their `standalone` form.
An organisation with `held_out` is never trained on: the adapters are measured on it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from finetune.errors import ExamplesInvalid

# A piece of so few words is no evidence of being part of a line; a line whose words are nearly all there is there.
LEAST_SHARED, SAME = 3, 0.9
_WORD = re.compile(r"\w+")
_Entry = Mapping[str, Any]
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands in the source of a document."""

    path: str
    text: str

    def is_in(self, path: str, text: str) -> bool:
        """Whether a piece of document `path`, as search has cut and cleaned it, is part of this line or holds it."""
        if path != self.path:
            return False
        own, theirs = _words(self.text), _words(text)
        if len(theirs) >= LEAST_SHARED and theirs <= own:
            return True
        return bool(own) and len(own & theirs) > SAME * len(own)  # a row of a table has its column names mixed in


@dataclass(frozen=True, slots=True)
class LineQuestion:
    """A question, the lines that answer it, and those that look like it.

    `answer` is the answer and `wrong` one that the lines do not back; empty where nobody has written one.
    """

    text: str
    language: str
    kind: str
    answers: tuple[Line, ...]
    near: tuple[Line, ...]
    answer: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that follows on `asked` and its answer `said`, how it reads alone, and the lines that answer it."""

    language: str
    asked: str
    said: str
    text: str
    standalone: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """Documents by path, and questions about them."""

    name: str
    documents: Mapping[str, str]
    questions: tuple[LineQuestion, ...]
    held_out: bool = False
    follow_ups: tuple[FollowUp, ...] = ()


def read_organisations(folder: Path) -> Iterator[Organisation]:
    """Every `*.json` of a folder, by name. Raises ExamplesInvalid naming file and question."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise ExamplesInvalid(f"{folder} holds no organisations (*.json). Name the folder that does.")
    for file in files:
        try:
            yield _organisation(file.stem, json.loads(file.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            raise ExamplesInvalid(f"{file} is not an organisation to learn from: {error}") from error


def _organisation(name: str, data: Mapping[str, Any]) -> Organisation:
    documents = {_inside(each["path"]): _titled(str(each["title"]), str(each["text"])) for each in data["documents"]}
    questions = tuple(_each("question", data["questions"], lambda each: _question(documents, each)))
    follow_ups = tuple(_each("follow-up", data.get("followups", ()), lambda each: _follow_up(documents, each)))
    return Organisation(name, documents, questions, bool(data.get("held_out")), follow_ups)


def _each(name: str, entries: Iterable[_Entry], read: Callable[[_Entry], _Read]) -> Iterator[_Read]:
    """Read every entry; a complaint says which one it is about."""
    for number, entry in enumerate(entries, start=1):
        try:
            yield read(entry)
        except KeyError as error:
            raise ValueError(f"{name} {number}: {error} is missing") from error
        except (ValueError, TypeError) as error:
            raise ValueError(f"{name} {number}: {error}") from error


def _question(documents: Mapping[str, str], entry: _Entry) -> LineQuestion:
    answers, near = (_lines(documents, entry[key]) for key in ("lines", "near"))
    answer, wrong = (str(entry.get(key) or "") for key in ("answer", "wrong"))
    if answer and not answers:
        raise ValueError("it has an `answer` and no `lines` that give it")
    return LineQuestion(entry["question"], entry["lang"], entry["kind"], answers, near, answer, wrong)


def _follow_up(documents: Mapping[str, str], entry: _Entry) -> FollowUp:
    lines = _lines(documents, entry["lines"])
    return FollowUp(entry["lang"], entry["asked"], entry["said"], entry["question"], entry["standalone"], lines)


def _lines(documents: Mapping[str, str], pairs: Iterable[Sequence[str]]) -> tuple[Line, ...]:
    return tuple(_line(documents, pair) for pair in pairs)


def _inside(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or parts.suffix != ".md":
        raise ValueError(f"{path!r} is no path of a Markdown document inside the organisation (hr/leave.md, say)")
    return path


def _titled(title: str, text: str) -> str:
    return text if text.lstrip().startswith("#") else f"# {title}\n\n{text}"


def _line(documents: Mapping[str, str], pair: Sequence[str]) -> Line:
    if isinstance(pair, str) or len(pair) != 2:
        raise ValueError(f"{pair!r} is no pair of path and text")
    path, text = pair
    if path not in documents:
        raise ValueError(f"there is no document {path!r}")
    if text not in documents[path]:
        raise ValueError(f"{text!r} does not stand in {path}")
    return Line(path, text)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
