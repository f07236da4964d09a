"""Reads files of examples: JSON lines (or one JSON array), each row in whatever form it has.

A row that cannot be used is named by its line and the reason. Limits keep a file from filling the memory.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from finetune.errors import ExamplesInvalid
from finetune.examples import Example, Origin, example
from finetune.formats.alpaca import Alpaca
from finetune.formats.dpo import DPO
from finetune.formats.kto import KTO
from finetune.formats.openai import OpenAI
from finetune.formats.own import Own
from finetune.formats.pair import Pair
from finetune.formats.row import Draft, Format
from finetune.formats.sharegpt import ShareGPT
from finetune.groups import common

FORMATS: tuple[Format, ...] = (Own(), DPO(), KTO(), OpenAI(), ShareGPT(), Alpaca(), Pair())
# Bad rows that an error names.
TOLD = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file of examples may hold."""

    line_bytes: int = 1_000_000
    file_bytes: int = 512_000_000
    array_bytes: int = 64_000_000
    rows: int = 500_000


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: its line in the file (in an array: its number), and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class FileRead:
    """What stands in a file: examples, rows that cannot be used, and how many rows have which form."""

    examples: tuple[Example, ...]
    bad: tuple[BadRow, ...]
    forms: Counter[str]


def read_examples(
    file: Path,
    origin: Origin,
    *,
    skip_bad: bool = False,
    limits: Limits = Limits(),
    formats: Sequence[Format] = FORMATS,
) -> FileRead:
    """Everything in a file, as examples of this origin; rows of Pilares' own form keep documents and licence.

    Raises ExamplesInvalid for a file that cannot be read or is too large, for one without examples, and, unless
    `skip_bad`, for one with rows that cannot be used: the error names them.
    """
    found, bad, forms = list[Example](), list[BadRow](), Counter[str]()
    for number, row in _rows(file, limits):
        if isinstance(row, str):
            bad.append(BadRow(number, row))
            continue
        form = next((each for each in formats if each.fits(row)), None)
        if form is None:
            bad.append(
                BadRow(number, f"its fields ({', '.join(sorted(map(str, row))[:8]) or 'none'}) are of no known form")
            )
            continue
        try:
            found += _placed(list(form.read(row)), origin, row)
        except ExamplesInvalid as error:
            bad.append(BadRow(number, f"{error} (read as {form.name})"))
            continue
        forms[form.name] += 1
    _refuse(file, found, bad, skip_bad)
    return FileRead(tuple(found), tuple(bad), forms)


def _placed(drafts: Sequence[Draft], origin: Origin, row: dict[str, Any]) -> list[Example]:
    """Drafts of one row as examples; they are of one conversation."""
    line = json.dumps(row, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
    placed = []
    for each in drafts:
        own = each.whole.origin if each.whole is not None else Origin("upload")
        named = own.conversation or f"upload-{sha256(line).hexdigest()[:16]}"
        where = replace(
            origin, conversation=named, documents=own.documents, licence=own.licence or origin.licence,
            groups=common([own.groups, origin.groups]), language=own.language or origin.language,
        )  # fmt: skip
        made = example(each.kind, each.messages, each.completion, where, each.rejected, each.good)
        if any("\ud800" <= char <= "\udfff" for part in made.texts() for char in part):
            raise ExamplesInvalid("it has half a character (a lone surrogate)")
        placed.append(made)
    return placed


def _refuse(file: Path, found: list[Example], bad: list[BadRow], skip_bad: bool) -> None:
    if not found and not bad:
        raise ExamplesInvalid(f"{file} holds no examples. A line holds one, as a JSON object.")
    if not bad or (skip_bad and found):
        return
    told = "\n".join(f"  {each}" for each in bad[:TOLD])
    more = f"\n  and {len(bad) - TOLD} more" if len(bad) > TOLD else ""
    others = "1 example" if len(found) == 1 else f"{len(found)} examples"
    rest = f" Mend them, or take the other {others} with --skip-bad." if found else " Mend them."
    rows = "1 row" if len(bad) == 1 else f"{len(bad)} rows"
    raise ExamplesInvalid(f"{file}: {rows} cannot be used; nothing was taken.{rest}\n{told}{more}")


def _rows(file: Path, limits: Limits) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Number and object of each row; a text in its place says why there is none."""
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            start = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
            stream.seek(0)
            if size > (most := limits.array_bytes if start.startswith(b"[") else limits.file_bytes):
                raise ExamplesInvalid(f"{file} has {size:,} bytes; at most {most:,} are read. Split it.")
            if start.startswith(b"["):
                yield from _array(file, stream.read())
                return
            for number, line in enumerate(_lines(stream, limits.line_bytes), start=1):
                if number > limits.rows:
                    raise ExamplesInvalid(f"{file} has more than {limits.rows:,} lines. Split it.")
                if line is None:
                    yield number, f"it is longer than {limits.line_bytes:,} bytes"
                elif line.strip():
                    yield number, _object(line)
    except OSError as error:
        raise ExamplesInvalid(f"{file} cannot be read ({error.strerror}). Name a file of JSON lines.") from error


def _lines(stream: Any, most: int) -> Iterator[bytes | None]:
    """Lines; None for one that is too long, which is passed over without being kept."""
    first = True
    while line := stream.readline(most + 1):
        if len(line) > most and not line.endswith(b"\n"):
            while (rest := stream.readline(most)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield line.removeprefix(b"\xef\xbb\xbf") if first else line
        first = False


def _array(file: Path, content: bytes) -> Iterator[tuple[int, dict[str, Any] | str]]:
    found = _parsed(content)
    if not isinstance(found, list):
        raise ExamplesInvalid(
            f"{file} begins as a JSON array and is none: {found}. Mend it, or write one object a line."
        )
    for number, each in enumerate(found, start=1):
        yield number, each if isinstance(each, dict) else "it is no JSON object"


def _object(line: bytes) -> dict[str, Any] | str:
    found = _parsed(line)
    if isinstance(found, dict):
        return found
    return found if isinstance(found, str) and found.startswith("broken") else "it is no JSON object"


def _parsed(content: bytes) -> Any:
    """What JSON says; a text that begins with "broken" when it is none."""
    try:
        return json.loads(content.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        return f"broken: it is not UTF-8 (byte {error.start + 1})"
    except json.JSONDecodeError as error:
        return f"broken JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
    except RecursionError:
        return "broken JSON: it is nested too deeply"
