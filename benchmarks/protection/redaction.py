"""Personal data and keys in the log: what is written is read back, and looked for in what was to be hidden."""

import argparse
import io
import json
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from assistant.logs import start_logging
from assistant.security.private import finder_of
from assistant.settings import LogSettings
from benchmarks.protection.keys import ALONE, NAMED, known_forms, opaque_forms, secret_of
from benchmarks.protection.sets import spread
from benchmarks.table import Row, ratio
from finetune.privacy.spans import Finder, nothing

FILES = ("data/synth_dataset_v2.json", "tests/data/generated_large.json", "tests/data/generated_small.json")
STRUCTURED = ("CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN")
NAMES = ("PERSON", "GPE", "STREET_ADDRESS")
"""Told where another finder looks for them as well."""
KEYS_EACH = 20
WINDOW = 5
"""So many digits in a row of a number are as good as the number."""
_PLACE = re.compile(r"\[(?:number|address|secret|[a-z_]+_\d+)\]")
Log = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its labelled places: start, end, kind."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def measure(chosen: argparse.Namespace) -> Sequence[Row]:
    """Recall for each kind of personal data and of key, and how much of what was hidden had to be."""
    log, details = logged(finder_of(chosen.presidio)), list[dict[str, Any]]()
    whole = [each for file in FILES for each in _sentences(chosen.data / "presidio_research" / file)]
    sentences = spread(whole, chosen.limit)
    rows = [*_personal(sentences, log, details), *_keys(log, details)]
    if chosen.presidio:
        rows += _names(sentences, log)
    if chosen.details:
        chosen.details.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in details), "utf-8")
    return rows


def logged(finder: Finder = nothing) -> Log:
    """Writes a text to the JSON log of a server, and gives back what stands there."""
    stream = io.StringIO()
    start_logging(LogSettings(format="json", level="info"), stream, finder)
    logger = logging.getLogger("assistant.protection")

    def written(text: str) -> str:
        stream.seek(0)
        stream.truncate()
        logger.error("a request failed: %s", text)
        return str(json.loads(stream.getvalue())["message"]).removeprefix("a request failed: ")

    return written


def _sentences(path: Path) -> Iterator[Sentence]:
    for row in json.loads(path.read_text(encoding="utf-8")):
        spans = ((span["start_position"], span["end_position"], span["entity_type"]) for span in row["spans"])
        yield Sentence(row["full_text"], tuple(spans))


def _personal(sentences: Sequence[Sentence], log: Log, details: list[dict[str, Any]]) -> list[Row]:
    found, missed, hidden = Counter[str](), Counter[str](), Counter[str]()
    for sentence in sentences:
        written = log(sentence.text)
        for start, end, kind in sentence.spans:
            if kind in STRUCTURED:
                lost = still_there(sentence.text[start:end], written)
                (missed if lost else found)[kind] += 1
                if lost:
                    details.append({"kind": kind, "missed": sentence.text[start:end], "written": written})
        for start, end in hidden_places(sentence.text, written):
            kinds = {kind for begin, stop, kind in sentence.spans if begin < end and start < stop}
            hidden["structured" if kinds & {*STRUCTURED} else "personal" if kinds else "nobody's"] += 1
            if not kinds:
                details.append({"kind": "nobody's", "hidden": sentence.text[start:end], "written": written})
    rows = [_recall(kind, found[kind], missed[kind]) for kind in STRUCTURED]
    total = sum(hidden.values())
    return [
        *rows,
        _recall("all structured", found.total(), missed.total())
        | {
            "precision": ratio(hidden["structured"], total),
            "with other personal data": ratio(total - hidden["nobody's"], total),
        },
    ]


def _names(sentences: Sequence[Sentence], log: Log) -> list[Row]:
    found, missed = Counter[str](), Counter[str]()
    for sentence in sentences:
        written = log(sentence.text)
        for start, end, kind in sentence.spans:
            if kind in NAMES:
                (missed if sentence.text[start:end] in written else found)[kind] += 1
    return [_recall(kind, found[kind], missed[kind]) for kind in NAMES]


def still_there(value: str, written: str) -> bool:
    """Whether what was to be hidden can still be read: the whole of it, or five digits in a row of a number."""
    if value in written:
        return True
    digits, left = re.sub(r"\D", "", value), re.sub(r"[^\w]", "", _PLACE.sub("|x|", written))
    windows = (digits[at : at + WINDOW] for at in range(len(digits) - WINDOW + 1))
    return "@" not in value and not re.search("[A-Za-z]", value) and any(each in left for each in windows)


def hidden_places(text: str, written: str) -> Iterator[tuple[int, int]]:
    """Where in `text` something stood that was hidden."""
    at = end = 0
    for piece in _PLACE.split(written):
        at = text.find(piece, end) if piece else end
        if at > end:
            yield end, at
        end = at + len(piece)
    if end < len(text):
        yield end, len(text)


def _keys(log: Log, details: list[dict[str, Any]]) -> list[Row]:
    random, counts = Random(7), defaultdict[str, list[bool]](list)
    forms: Sequence[tuple[str, Mapping[str, Any], Sequence[str]]] = (
        ("keys by their form", known_forms(), ALONE), ("keys by their name", opaque_forms(), NAMED),
    )  # fmt: skip
    for label, makes, contexts in forms:
        for kind, make in makes.items():
            for _ in range(KEYS_EACH):
                key = make(random)
                for context in contexts:
                    written = log(context.format(key))
                    hidden = secret_of(kind, key) not in written
                    counts[label].append(hidden)
                    if not hidden:
                        details.append({"kind": kind, "missed": key, "written": written})
    return [_recall(label, sum(seen), len(seen) - sum(seen)) for label, seen in counts.items()]


def _recall(kind: str, found: int, missed: int) -> dict[str, Any]:
    return {"kind": kind, "n": found + missed, "missed": missed, "recall": ratio(found, found + missed)}
