"""Tool calls: does a model choose the right tool, with the right arguments, and none where none is wanted?

A case is right when the tool and every argument are; an argument is right when it is one of the accepted values, and
one that was not said has to be missing. Every case is put to the model, with the tools that the gate leaves it; whether
the gate would have let it through is counted beside that. The arguments of the appointment tools are those that the
assistant would call them with, after its code has read day and time out of the words; they are asked for at a fixed
moment, by a person who has two appointments.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from langchain_core.messages import BaseMessage
from rich.console import Console

from assistant.appointments.settings import AppointmentSettings
from assistant.appointments.store import AppointmentStore
from assistant.appointments.tools import appointment_tools
from assistant.errors import InvalidRequest
from assistant.evaluation.halves import Half, in_half
from assistant.evaluation.jsonl import read_rows
from assistant.evaluation.progress import shown
from assistant.models.models import ModelRole, Models
from assistant.storage.folding import folded
from assistant.tools.choosing import CALL_TOKENS, Choice, NoCall, Say, choose
from assistant.tools.gate import LET_THROUGH, Gate
from assistant.tools.tool import Arguments, Caller, Result, Tool

ZONE = "Europe/Madrid"
NOW = datetime(2026, 6, 3, 10, 0, tzinfo=ZoneInfo(ZONE))
_PERSON = "person"
_BOOKED = {"haircut": datetime(2026, 6, 5, 17, 0), "eye test": datetime(2026, 6, 16, 10, 0)}
_TOLD_APART = ".,;:!?¡¿\"' "


@dataclass(frozen=True, slots=True)
class ToolCase:
    """What a person says, and the call that it wants; `tool` is None when it wants none."""

    id: str
    language: str
    text: str
    tool: str | None
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolVerdict:
    """What became of a case. `valid`: it was a call of one of the tools, by their schemas; `likely` is the gate's."""

    case: ToolCase
    tool: str | None
    arguments: Arguments
    valid: bool
    right_tool: bool
    right: bool
    seconds: float
    likely: float


def read_tool_cases(path: Path, half: Half = "all") -> list[ToolCase]:
    """Cases of a JSONL file: id, lang, text, tool (or null), arguments. Raises InvalidRequest."""
    cases = [
        ToolCase(row.identifier("id"), row.text("lang"), row.text("text"), row.values.get("tool"),
                 row.values.get("arguments") or {})
        for row in read_rows(path)
    ]  # fmt: skip
    return [case for case in cases if in_half(case.id, half)]


def saying(models: Models, role: ModelRole) -> Say:
    """The chat model of a role as a turn asks it for calls."""
    from assistant.models.chat import model_error

    def say(messages: Sequence[BaseMessage], form: Mapping[str, Any]) -> str:
        try:
            return models.chat(role, max_tokens=CALL_TOKENS).invoke(list(messages), response_format=dict(form)).text
        except Exception as error:
            raise model_error(error, models.endpoint(role)) from error

    return say


@dataclass(frozen=True, slots=True)
class Bench:
    """The tools of an evaluation, and the appointments of its person: their services by their ids."""

    tools: Sequence[Tool]
    booked: Mapping[str, str]


@contextmanager
def tools_for(cases: Path) -> Iterator[Bench]:
    """The appointment tools over a calendar of their own, and those of `tools.json` beside the cases, if any."""
    with TemporaryDirectory(prefix="pilares-evaluation-", ignore_cleanup_errors=True) as folder:
        store = AppointmentStore.open(f"sqlite:///{folder}/appointments.db")
        settings = AppointmentSettings(enabled=True, timezone=ZONE)
        try:
            own = appointment_tools(settings, store)
            book = next(tool for tool in own if tool.name == "book_appointment")
            for service, starts in _BOOKED.items():
                wanted = {"service": service, "starts": starts.isoformat(), "name": "Ana", "contact": "ana@example.org"}
                book.run(wanted, _caller("en"))
            booked = {each.id: each.service for each in store.upcoming(_PERSON, NOW)}
            yield Bench([*own, *_described(cases.with_name("tools.json"))], booked)
        finally:
            store.close()


def measure_tools(
    cases: Sequence[ToolCase],
    bench: Bench,
    gate: Gate,
    say: Say,
    on_case: Callable[[ToolVerdict], None],
    console: Console,
    most: int = 1,
) -> dict[str, Any]:
    """Ask for every case; the figures, overall and by language. Raises what `say` raises."""
    verdicts = []
    with shown("Tool calls", console) as on_step:
        for number, case in enumerate(cases, start=1):
            verdict = _judged(case, bench, gate, say, most)
            verdicts.append(verdict)
            on_case(verdict)
            on_step(number, len(cases))
    figures = _figures(verdicts)
    figures["by_language"] = {
        language: _figures([each for each in verdicts if each.case.language == language])
        for language in sorted({each.case.language for each in verdicts})
    }
    return figures


def tool_row(verdict: ToolVerdict) -> dict[str, Any]:
    """One case with what was called, for `--details`."""
    case = verdict.case
    return {
        "id": case.id, "text": case.text, "expected": {"tool": case.tool, "arguments": dict(case.arguments)},
        "called": {"tool": verdict.tool, "arguments": dict(verdict.arguments)}, "valid": verdict.valid,
        "right_tool": verdict.right_tool, "right": verdict.right, "seconds": round(verdict.seconds, 2),
        "likely": round(verdict.likely, 3),
    }  # fmt: skip


def _judged(case: ToolCase, bench: Bench, gate: Gate, say: Say, most: int) -> ToolVerdict:
    began = perf_counter()
    wish = gate.opens(case.text)
    try:
        chosen = choose(case.text, wish.shown, NOW, say, most, possible=wish.possible)
    except NoCall as error:
        return ToolVerdict(case, str(error), {}, False, False, False, perf_counter() - began, wish.likely)
    verdict = _verdict(case, chosen[0] if chosen else None, bench.booked, perf_counter() - began, wish.likely)
    return verdict if len(chosen) <= 1 else replace(verdict, right=False)  # every case wants one call, or none


def _figures(verdicts: Sequence[ToolVerdict]) -> dict[str, Any]:
    n = len(verdicts) or 1
    seconds = sorted(each.seconds for each in verdicts)
    return {
        "n": len(verdicts),
        "valid": sum(each.valid for each in verdicts) / n,
        "right_tool": sum(each.right_tool for each in verdicts) / n,
        "right": sum(each.right for each in verdicts) / n,
        "seconds_p50": seconds[len(seconds) // 2] if seconds else None,
        "let_through": _let_through([each for each in verdicts if each.case.tool is not None]),
        "let_through_of_none": _let_through([each for each in verdicts if each.case.tool is None]),
    }


def _let_through(verdicts: Sequence[ToolVerdict]) -> float | None:
    return sum(each.likely >= LET_THROUGH for each in verdicts) / len(verdicts) if verdicts else None


def _verdict(
    case: ToolCase, choice: Choice | None, booked: Mapping[str, str], seconds: float, likely: float
) -> ToolVerdict:
    if choice is None:
        return ToolVerdict(case, None, {}, True, case.tool is None, case.tool is None, seconds, likely)
    arguments = dict(choice.arguments)
    if choice.tool.form is not None:
        arguments = dict(choice.tool.form.read(case.text, "", {}, arguments, _caller(case.language)))
        if named := booked.get(str(arguments.get("appointment"))):
            arguments["appointment"] = named
    same = choice.tool.name == case.tool
    names = set(arguments) | set(case.arguments)
    right = same and all(accepted(case.arguments.get(name), arguments.get(name)) for name in names)
    return ToolVerdict(case, choice.tool.name, arguments, True, same, right, seconds, likely)


def accepted(expected: Any, found: Any) -> bool:
    """Whether a value is the expected one, or one of a list; {"has": words} is any text with these words."""
    if isinstance(expected, list):
        return any(accepted(each, found) for each in expected)
    if isinstance(expected, dict):
        return isinstance(found, str) and folded(str(expected["has"])) in folded(found)
    if isinstance(expected, str) and isinstance(found, str):
        return folded(expected).strip(_TOLD_APART) == folded(found).strip(_TOLD_APART)
    return bool(expected == found) and isinstance(expected, bool) == isinstance(found, bool)


def _described(path: Path) -> list[Tool]:
    """Tools by their description alone; they are chosen here, never called."""
    if not path.is_file():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [
            Tool(
                each["name"], each["description"], each["parameters"], _never, examples=tuple(each.get("examples", ()))
            )
            for each in entries
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidRequest(
            f"{path} cannot be read: {error}. It holds name, description and parameters, and may hold examples."
        ) from None


def _never(arguments: Arguments, caller: Caller) -> Result:
    raise AssertionError("tools are not called in an evaluation")


def _caller(language: str) -> Caller:
    return Caller(_PERSON, "", language, NOW)
