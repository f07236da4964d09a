"""Shows figures as tables and writes them to files."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from math import isfinite
from pathlib import Path
from typing import Any, TextIO

from rich.table import Table

from assistant.errors import InvalidRequest, StorageError

_RATES = ("answered_correct", "wrong", "abstained_right", "abstained_wrong")
_SHARES = ("citation_document_recall", "citation_precision", "citation_verbatim", "slm_share", "llm_share",
           "escalated_share")  # fmt: skip
_TIMES = ("first_token_s_p50", "first_token_s_p95", "first_token_slm_s_p50", "abstention_s_p50", "evidence_ms_p50",
          "evidence_ms_p95", "total_s_p50")  # fmt: skip
_SUPPORT = ("n", "supported", "balanced_accuracy", "auroc", "f1_unsupported", "ms_per_claim_p50", "ms_per_claim_p95",
            "ms_per_context_p50", "asked_share")  # fmt: skip
_CURVE_ROWS = 6
_COUNTS = ("n", "answerable", "unanswerable", "errors")


def retrieval_table(figures: Mapping[str, Any]) -> Table:
    """The figures of a retrieval run."""
    table = Table(title="Retrieval", show_header=False)
    for name, value in figures.items():
        table.add_row(name, _number(value))
    return table


def intents_table(figures: Mapping[str, Any]) -> Table:
    """The figures of intents, a column per language where the set says which."""
    groups = {"all": figures, **figures.get("by_language", {})}
    table = Table(title="Intents")
    table.add_column("")
    for name in groups:
        table.add_column(name, justify="right")
    for key in figures:
        if key != "by_language":
            table.add_row(key, *(_number(group[key]) if key in group else "" for group in groups.values()))
    return table


def answers_table(figures: Mapping[str, Any]) -> Table:
    """The figures of a run of questions, a column per language; rates with their 95 % interval."""
    return _columns("Answers", {"all": figures, **figures.get("by_language", {})}, _TIMES)


def kinds_table(figures: Mapping[str, Any]) -> Table | None:
    """The rates per kind of question; None when the questions have no kinds."""
    return _columns("By kind", figures["by_kind"], ()) if "by_kind" in figures else None


def routing_table(figures: Mapping[str, Any]) -> Table:
    """The router beside the baselines; the APGR with its 95 % interval."""
    rows = {"router": figures, **figures["baselines"], "perfect": figures["perfect"]}
    table = Table(title=f"Routing, {figures['n']} questions")
    for name in ("", *rows):
        table.add_column(name, justify="right" if name else "left")
    for key in ("apgr", "cpt50", "cpt80", "calls_at_99pct"):
        table.add_row(key, *(_number(group[key]) for group in rows.values()))
    intervals = (
        "-" if (found := figures["intervals"].get(name)) is None else "{:.3f}-{:.3f}".format(*found) for name in rows
    )
    table.add_row("apgr, 95 %", *intervals)
    for key in ("ece", "ece_enough"):
        table.add_row(key, _number(figures[key]))
    return table


def escalation_table(figures: Mapping[str, Any]) -> Table:
    """How well the small model's doubt tells its wrong answers."""
    table = Table("figure", "value", title=f"Escalation, {figures['n']} questions")
    for key, value in figures.items():
        if isinstance(value, tuple):
            table.add_row(key, "{:.3f}-{:.3f}".format(*value))
        elif key != "n":
            table.add_row(key, _number(value) if isinstance(value, float) else str(value))
    return table


def support_table(figures: Mapping[str, Any]) -> Table:
    """The figures of the support check, a column per language, and the baselines of all."""
    groups = {"all": figures, **figures["by_language"], **figures["baselines"]}
    table = Table(title="Support")
    table.add_column("")
    for name in groups:
        table.add_column(name, justify="right")
    for key in _SUPPORT:
        table.add_row(key, *(_number(group.get(key)) for group in groups.values()))
    return table


def risk_table(figures: Mapping[str, Any]) -> Table | None:
    """How often answers are wrong when only the surest are given; None when nothing was answered by a score."""
    measured = figures["risk_coverage"]
    if not measured["points"]:
        return None
    table = Table(title=f"The surest answers of {measured['questions']} questions, AURC {_number(measured['aurc'])}")
    for name in ("", "score from", "answered", "wrong among them"):
        table.add_column(name, justify="right")
    for point in _spread(measured["points"]):
        table.add_row("", *_point(point["threshold"], point))
    target = measured.get("target")
    for half in ("tune", "test") if target else ():
        label = f"at most {_percent(target['error'])} wrong: {half}"
        table.add_row(label, *_point(target["threshold"], target[half] or {}))
    return table


def _spread(points: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """About six points, evenly by coverage; the last is always among them."""
    last = points[-1]["coverage"]
    wanted = [last * step / _CURVE_ROWS for step in range(1, _CURVE_ROWS + 1)]
    nearest = [min(points, key=lambda point: abs(point["coverage"] - each)) for each in wanted]
    return [point for number, point in enumerate(nearest) if point not in nearest[:number]]


def _point(threshold: float | None, point: Mapping[str, Any]) -> tuple[str, str, str]:
    return _number(threshold), _percent(point.get("coverage")), _percent(point.get("risk"))


def tools_table(figures: Mapping[str, Any]) -> Table:
    """Tool calls, a column per language."""
    groups = {"all": figures, **figures["by_language"]}
    table = Table(title="Tool calls")
    for name in ("", *groups):
        table.add_column(name, justify="right" if name else "left")
    table.add_row("n", *(str(group["n"]) for group in groups.values()))
    for key in ("valid", "right_tool", "right"):
        table.add_row(key, *(_percent(group[key]) for group in groups.values()))
    table.add_row("seconds_p50", *(_number(group["seconds_p50"]) for group in groups.values()))
    for key in ("let_through", "let_through_of_none"):
        table.add_row(key, *(_percent(group[key]) for group in groups.values()))
    return table


def _columns(title: str, groups: Mapping[str, Mapping[str, Any]], times: tuple[str, ...]) -> Table:
    table = Table(title=title)
    table.add_column("")
    for name in groups:
        table.add_column(name, justify="right")
    for key in _COUNTS:
        table.add_row(key, *(str(group[key]) for group in groups.values()))
    for key in _RATES:
        table.add_row(key, *(_rate(group, key) for group in groups.values()))
    for key in _SHARES:
        table.add_row(key, *(_percent(group[key]) for group in groups.values()))
    for key in times:
        table.add_row(key, *(_number(group[key]) for group in groups.values()))
    return table


def _rate(group: Mapping[str, Any], key: str) -> str:
    interval = group["intervals"][key]
    if interval is None:
        return "-"
    low, high = interval
    return f"{_percent(group[key])} [dim]({100 * low:.0f}-{100 * high:.0f})[/dim]"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _number(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def check_writable(path: Path) -> None:
    """Refuse a place that cannot be written to, before an hour is spent. Raises InvalidRequest."""
    folder = path.parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        why = "is a folder" if path.is_dir() else f"needs the folder {folder}, which cannot be written to"
        raise InvalidRequest(f"{path} {why}. Name a file in a folder that exists.")


def write_json(path: Path, figures: Mapping[str, Any]) -> None:
    """Write figures as JSON, floats to six digits; the file is either the old one or complete."""
    with replacing(path) as file:
        write_row(file, figures, indent=2)


def rounded(value: Any) -> Any:
    """The same structure with floats to six significant digits, and None for what is no number (never NaN)."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return value


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A file written as `<name>.part` and put in place of `path` when the block ends well.

    What is written is flushed line by line: of an evaluation that is killed, the .part file has what was done. A device
    (/dev/stdout) is written directly. Raises StorageError when the file cannot be written.
    """
    part = path if path.exists() and not path.is_file() else path.with_name(f"{path.name}.part")
    with _writing(part):
        file = part.open("w", encoding="utf-8", buffering=1)
    try:
        yield file
    except BaseException:
        with suppress(OSError):
            file.close()
        if part != path and not part.stat().st_size:
            part.unlink()
        raise
    with _writing(path):
        file.close()
        if part != path:
            part.replace(path)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}). Make room, or name another file.") from error


def write_row(file: TextIO, values: Mapping[str, Any], indent: int | None = None) -> None:
    """Append one JSON object, on one line unless it is to be indented. Raises StorageError."""
    with _writing(Path(file.name)):
        text = json.dumps(rounded(values), indent=indent, ensure_ascii=False, allow_nan=False)
        file.write(text + "\n")
