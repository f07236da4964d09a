"""Chats in JSON exports: who said what, and when, in the shapes that common programs write."""

import re
from datetime import UTC, datetime
from typing import Any

from knowledge.parse.clean import clean_text

_SPEAKERS = ("user_profile", "author", "from", "sender", "sender_name", "user", "username", "role", "speaker")
_NAMES = ("name", "display_name", "real_name", "username", "nickname", "role", "id")
_WORDS = ("content", "text", "message", "body", "value", "parts")
_TIMES = ("date", "timestamp", "created_at", "create_time", "time", "ts", "timestamp_ms")
_RECORD = ("title", "subject", "question")
_PLUMBING = re.compile(r"(?:^|_)(?:ids?|uuid|type|team|unixtime|color|weight|recipient|channel|status)$|Ids?$")
_EPOCH = (1e8, 5e9)  # seconds, 1973 to 2128; in milliseconds a thousand times that


def conversation(value: Any) -> list[Any] | None:
    """The messages in the order they were said, if the value is a list of such or ChatGPT's tree of them."""
    if isinstance(value, dict):
        return _from_tree(value)
    if not isinstance(value, list) or not value:
        return None
    messages = [each for each in value if isinstance(each, dict)]
    return value if len(messages) == len(value) and all(map(_is_message, messages)) else None


def message_lines(message: dict[str, Any]) -> list[str]:
    """`speaker (time): words` line by line, then what else is noted of it; nothing for a message without words."""
    words = [line for line in clean_text(_words(message)).split("\n") if line.strip()]
    if not words:
        return []
    when = next((_moment(message[key]) for key in _TIMES if message.get(key)), "")
    return [f"{_speaker(message)}{f' ({when})' if when else ''}: {words[0].strip()}", *words[1:], _notes(message)]


def _notes(message: dict[str, Any]) -> str:
    """Other fields, without the numbers by which programs know a message; a log is written like a chat."""
    known = (*_SPEAKERS, *_WORDS, *_TIMES)
    noted = {key: value for key, value in message.items() if key not in known and not _PLUMBING.search(key)}
    return " | ".join(
        f"{key}: {value}"
        for key, value in noted.items()
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != ""
    )


def _from_tree(value: dict[str, Any]) -> list[Any] | None:
    nodes = list(value.values())
    if not nodes or not all(isinstance(node, dict) and "message" in node and "parent" in node for node in nodes):
        return None
    said = [node["message"] for node in nodes if isinstance(node["message"], dict)]
    said.sort(key=lambda each: each["create_time"] if isinstance(each.get("create_time"), (int, float)) else 0.0)
    return said if said and all(map(_is_message, said)) else None


def _is_message(value: dict[str, Any]) -> bool:
    """It has a speaker and words, and is no record of something else (an article has an author and a text too)."""
    return bool(_speaker(value)) and any(key in value for key in _WORDS) and not any(key in value for key in _RECORD)


def _speaker(message: dict[str, Any]) -> str:
    for key in _SPEAKERS:
        value = message.get(key)
        if isinstance(value, dict):
            value = next((value[name] for name in _NAMES if isinstance(value.get(name), str) and value[name]), None)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _words(value: Any) -> str:
    """Text, wherever a message keeps it: in a string, in parts, or in parts that are objects."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        separator = "" if any(isinstance(each, str) for each in value) else "\n"
        return separator.join(filter(None, map(_words, value)))
    if isinstance(value, dict):
        return next((text for key in _WORDS if key in value and (text := _words(value[key]))), "")
    return ""


def _moment(value: Any) -> str:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return value if isinstance(value, str) else ""
    low, high = _EPOCH
    if 1000 * low < seconds < 1000 * high:
        seconds /= 1000
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}" if low < seconds < high else str(value)
