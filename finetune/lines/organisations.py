"""Organisations to learn from: their documents, questions, and the lines that answer or only look as if they did.

A file per organisation, JSON: `documents` [{path, lang, title, text}] and `questions` [{lang, kind, question, lines,
near}], where `lines` (they answer) and `near` (they do not, but look like it) are [path, text] pairs and each text
stands word for word in the document. A question without `lines` cannot be answered from the documents. An organisation
with `held_out` is never trained on: the adapter is measured on it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from finetune.errors import ExamplesInvalid

# A piece of so few words is no evidence of being part of a line; a line whose words are nearly all there is there.
LEAST_SHARED, SAME = 3, 0.9
_WORD = re.compile(r"\w+")


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
    """A question, the lines that answer it, and those that look like it."""

    text: str
    language: str
    kind: str
    answers: tuple[Line, ...]
    near: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """Documents by path, and questions about them."""

    name: str
    documents: Mapping[str, str]
    questions: tuple[LineQuestion, ...]
    held_out: bool = False


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
    questions = []
    for number, each in enumerate(data["questions"], start=1):
        try:
            answers, near = (tuple(_line(documents, *at) for at in each[key]) for key in ("lines", "near"))
        except (ValueError, KeyError) as error:
            raise ValueError(f"question {number}: {error}") from error
        questions.append(LineQuestion(each["question"], each["lang"], each["kind"], answers, near))
    return Organisation(name, documents, tuple(questions), bool(data.get("held_out")))


def _inside(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or parts.suffix != ".md":
        raise ValueError(f"{path!r} is no path of a Markdown document inside the organisation (hr/leave.md, say)")
    return path


def _titled(title: str, text: str) -> str:
    return text if text.lstrip().startswith("#") else f"# {title}\n\n{text}"


def _line(documents: Mapping[str, str], path: str, text: str) -> Line:
    if path not in documents:
        raise ValueError(f"there is no document {path!r}")
    if text not in documents[path]:
        raise ValueError(f"{text!r} does not stand in {path}")
    return Line(path, text)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
