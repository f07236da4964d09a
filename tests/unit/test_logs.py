"""The log: one object a line, and nothing in it that is somebody's own."""

import io
import json
import logging
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from assistant.logs import start_logging
from assistant.security.tokens import new_token
from assistant.settings import LogSettings
from finetune.privacy.presidio import PresidioFinder
from finetune.testing.analyzer import FakeAnalyzer


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def written(format: str, level: str = "warning") -> io.StringIO:
    stream = io.StringIO()
    start_logging(LogSettings(format=format, level=level), stream)  # type: ignore[arg-type]
    return stream


def rows(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_an_object_on_one_line() -> None:
    stream = written("json")
    logging.getLogger("knowledge.sync").warning("two\nlines of %s", "año")
    (row,) = rows(stream)
    assert {**row, "time": ""} == {
        "time": "", "level": "warning", "logger": "knowledge.sync", "message": "two\nlines of año",
    }  # fmt: skip
    assert row["time"].endswith("Z")


def test_an_error_has_its_type_and_stack_on_the_same_line() -> None:
    stream = written("json")
    try:
        raise ValueError("ana@example.org is not known")
    except ValueError:
        logging.getLogger("assistant").exception("it went wrong")
    (row,) = rows(stream)
    assert (row["level"], row["error"]) == ("error", "ValueError")
    assert "Traceback" in row["stack"]
    assert "ana@example.org" not in stream.getvalue()


@pytest.mark.parametrize("format", ["json", "text"])
@pytest.mark.parametrize(
    "private",
    [
        "ana@example.org", "4111 1111 1111 1111", "ES91 2100 0418 4502 0005 1332", "12345678Z", "192.168.17.4",
        "2001:db8::17",
        new_token("key"), new_token("widget"), "sk-" + secrets.token_hex(24), "xoxb-1234567890-abcdefghijklmnop",
    ],
    ids=["mail", "card", "iban", "dni", "address", "address-6", "key", "widget", "openai", "slack"],
)  # fmt: skip
def test_what_is_private_is_not_written(format: str, private: str) -> None:
    stream = written(format)
    logging.getLogger("assistant").error("a request of %s failed", private)
    assert private not in stream.getvalue()
    assert "a request of" in stream.getvalue()


@pytest.mark.parametrize("kept", ["127.0.0.1:7860", "at 12:30:10", "version 1.2.3", "[::1]", "0.0.0.0", "pkg::name"])
def test_what_is_nobodys_is_written(kept: str) -> None:
    stream = written("json")
    logging.getLogger("assistant").error("about %s.", kept)
    assert rows(stream)[0]["message"] == f"about {kept}."


def test_nobody_writes_lines_of_their_own() -> None:
    stream = written("text")
    logging.getLogger("assistant").warning("file %s", "a\n2026-01-01T00:00:00Z ERROR assistant: forged\x1b[2J")
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_what_is_below_the_level_is_left_out() -> None:
    stream = written("json", "error")
    logging.getLogger("assistant").warning("nothing to see")
    assert stream.getvalue() == ""
    stream = written("json", "info")
    logging.getLogger("assistant").info("something to see")
    assert len(rows(stream)) == 1


@pytest.mark.parametrize("format", ["json", "text"])
def test_another_finder_finds_more(format: str) -> None:
    stream = io.StringIO()
    finder = PresidioFinder(FakeAnalyzer({"Ana Ruiz": "PERSON"}), ["en"])
    start_logging(LogSettings(format=format), stream, finder)  # type: ignore[arg-type]
    try:
        raise ValueError("Ana Ruiz is not known")
    except ValueError:
        logging.getLogger("assistant").exception("Ana Ruiz asked")
    assert "[person_1] asked" in stream.getvalue()
    assert "[person_1] is not known" in stream.getvalue()
    assert "Ana" not in stream.getvalue()
