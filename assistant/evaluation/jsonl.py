"""Files of one JSON object per line, read so that every complaint names the file and the line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import InvalidRequest
from assistant.turn.answer import Message


@dataclass(frozen=True, slots=True)
class Row:
    """One line. The readers raise InvalidRequest that says where; keys nobody asks for are ignored."""

    path: Path
    line: int
    values: dict[str, Any]

    def refused(self, problem: str, remedy: str) -> InvalidRequest:
        """The error for this line."""
        return InvalidRequest(f"{self.path}, line {self.line}: {problem}. {remedy}")

    def identifier(self, key: str) -> str:
        """A non-empty text; a number is taken as one."""
        value = self.values.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        found = self.text(key).strip()
        if not found:
            raise self.refused(f"`{key}` is empty", "Give every row its own.")
        return found

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without `default` the key must be there."""
        value = self.values.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self._wrong(key, value, "a text")
        return value

    def truth(self, key: str) -> bool:
        """true or false."""
        value = self.values.get(key)
        if not isinstance(value, bool):
            raise self._wrong(key, value, "true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when the key is not there."""
        value = self.values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(key, value, "a list of texts")
        return tuple(value)

    def facts(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of lists of texts; empty when the key is not there."""
        value = self.values.get(key) or []
        whole = isinstance(value, list) and all(isinstance(fact, list) and fact for fact in value)
        if not whole or not all(isinstance(form, str) for fact in value for form in fact):
            raise self._wrong(key, value, "a list of required facts, each a list of accepted texts")
        return tuple(tuple(fact) for fact in value)

    def history(self) -> tuple[Message, ...]:
        """The optional `history`: what was said before, oldest first."""
        value = self.values.get("history")
        if value is None:
            return ()
        shape = 'a list of {"role": "user" or "assistant", "content": text}'
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self._wrong("history", value, shape)
        messages = []
        for each in value:
            role, content = each.get("role"), each.get("content")
            if role not in ("user", "assistant") or not isinstance(content, str):
                raise self._wrong("history", each, shape)
            messages.append(Message(role, content))
        return tuple(messages)

    def _wrong(self, key: str, value: Any, expected: str) -> InvalidRequest:
        if key not in self.values:
            return self.refused(f"`{key}` is missing", f"It must be {expected}.")
        shown = json.dumps(value, ensure_ascii=False)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
        return self.refused(f"`{key}` is {shown}", f"It must be {expected}.")


def read_rows(path: Path) -> Iterator[Row]:
    """Every line that is not blank. Raises InvalidRequest for what is no JSON object, or when there is no line."""
    empty = True
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        empty = False
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as error:
            detail = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
            raise InvalidRequest(
                f"{path}, line {number}: this is no JSON ({detail}). Write one JSON object per line."
            ) from None
        row = Row(path, number, values if isinstance(values, dict) else {})
        if row.values is not values:
            raise row.refused("this is no JSON object", "Write one JSON object per line.")
        yield row
    if empty:
        raise InvalidRequest(f"{path} is empty. Write one JSON object per line.")


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file, without their ends. Raises InvalidRequest when it cannot be read."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].count(b"\n")
        raise InvalidRequest(f"{path}, line {before + 1}: this is not UTF-8. Save the file as UTF-8.") from None
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read ({error.strerror}). Check the path and its permissions.") from None
    return content.split("\n")
