"""JSON and JSON lines: each record is a block of `key: value` lines, each message of a chat one of who said what."""

import json
from collections.abc import Iterator
from typing import Any

from knowledge.errors import ParseError
from knowledge.parse.builder import TextBuilder
from knowledge.parse.chat import conversation, message_lines
from knowledge.parse.clean import clean_text
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.text import decode

_TITLES = ("title", "name", "subject", "question", "label", "id", "_id", "key")
_MAX_LEVEL = 4


def parse_json(file: RawFile) -> ParsedDocument:
    """Read one JSON value, or one on each line, whatever the ending says of that."""
    text = decode(file.data)
    builder = TextBuilder()
    try:
        _add(builder, _values(file.name, text), 1)
    except RecursionError:
        raise ParseError(
            f"{file.name} is nested too deeply to be read. Save the parts that matter by themselves."
        ) from None
    return builder.build("application/json")


def _values(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as whole:
        try:
            return _lines(text)
        except json.JSONDecodeError as error:
            worst = error if error.lineno > 1 else whole
            raise ParseError(f"{name} is not JSON ({worst.msg}, line {worst.lineno}). Export it again.") from whole
    except ValueError as error:  # a number of thousands of digits
        raise ParseError(f"{name} is not JSON that can be read ({error}). Export it again.") from error


def _lines(text: str) -> list[Any]:
    """One value a line; raises JSONDecodeError with the number of the line that is none."""
    values = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                values.append(json.loads(line))
            except json.JSONDecodeError as error:
                error.lineno = number
                raise
    return values


def _add(builder: TextBuilder, value: Any, level: int) -> None:
    """A list one after the other, an object as a record, anything else as a line."""
    if isinstance(value, list):
        _add_list(builder, value, level)
    elif isinstance(value, dict):
        _add_record(builder, value, level)
    else:
        builder.block([_scalar(value)])


def _add_list(builder: TextBuilder, values: list[Any], level: int) -> None:
    said = conversation(values)
    if said:
        for message in said:
            builder.block(message_lines(message))
    elif any(isinstance(each, (dict, list)) for each in values):
        for each in values:
            _add(builder, each, level)
    else:
        builder.block([_scalar(each) for each in values])


def _add_record(builder: TextBuilder, record: dict[str, Any], level: int) -> None:
    """Heading, lines, and below them the lists of records that it holds."""
    title = _title_key(record)
    if title:
        builder.heading(min(level, _MAX_LEVEL), _scalar(record[title]))
    inner: list[tuple[str, list[Any]]] = []
    builder.block([line for key, value in record.items() if key != title for line in _flat(key, value, inner)])
    for name, values in inner:
        if not title and not builder.length:
            _add_list(builder, values, level)
            continue
        if conversation(values) is None:
            builder.heading(min(level + 1, _MAX_LEVEL), name)
        _add_list(builder, values, level + 2)


def _title_key(record: dict[str, Any]) -> str:
    """The field that names the record, as long as there is something else in it."""
    known = {key.lower(): key for key in reversed(record) if isinstance(record[key], (str, int)) and record[key] != ""}
    return next((known[name] for name in _TITLES if name in known), "") if len(record) > 1 else ""


def _flat(path: str, value: Any, inner: list[tuple[str, list[Any]]]) -> Iterator[str]:
    """`path: value`, nested keys by dotted path; lists of objects are put aside in `inner`."""
    said = conversation(value)
    if said is not None:
        inner.append((path, said))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(f"{path}.{key}", each, inner)
    elif isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value):
        inner.append((path, value))
    else:
        text = ", ".join(map(_scalar, value)) if isinstance(value, list) else _scalar(value)
        if text.strip():
            yield f"{path}: {' '.join(clean_text(text).split())}"


def _scalar(value: Any) -> str:
    """Text as it is; `null` is nothing."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
