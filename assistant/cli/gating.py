"""`pilares finetune evaluate`: the gate that decides whether an adapter may serve."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import FAILED, clear_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.finetuning.gating import Gated
    from finetune.gate.verdict import Row

PASS = "pass"  # noqa: S105 - the verdict
LOGGED_WIDTH, LIMIT_COLUMN = 120, 5


Name = Annotated[str, typer.Argument(metavar="ADAPTER[@vN]", help="A version, or the newest of a topic.")]
Against = Annotated[
    str, typer.Option("--against", help="What it is compared with: served (now), base, shipped, or a version.")
]
Questions = Annotated[
    list[str],
    typer.Option(
        "--questions", metavar="DIR_OR_DATASET", help="Questions beside those that its dataset holds out; repeatable."
    ),
]
Bias = Annotated[
    list[Path],
    typer.Option("--bias", metavar="FILE", help="Pairs of sentences beside the shipped ones, as JSON or CSV."),
]
Canaries = Annotated[
    Path | None, typer.Option("--canaries", metavar="FILE", help="Planted secrets, as JSONL of {text, secret}.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Items of each probe; for looking: no verdict.")]
Only = Annotated[list[str], typer.Option("--only", metavar="PROBE", help="This probe; for looking: no verdict.")]
Seed = Annotated[int, typer.Option("--seed", help="Draws other items; any but 0 gives no verdict.")]
Thorough = Annotated[bool, typer.Option("--thorough", help="Everything there is, not some of it.")]
Json = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the record to a file.")]
Details = Annotated[Path | None, typer.Option("--details", metavar="FILE", help="Write every single reply, as JSONL.")]
Plot = Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Write the plot to a file (SVG).")]


def add_to(app: typer.Typer) -> None:
    """Make this a command of `pilares finetune`."""
    app.command("evaluate")(evaluate)


def evaluate(
    name: Name,
    against: Against = "served",
    questions: Questions = [],  # noqa: B006 - typer copies it
    bias: Bias = [],  # noqa: B006
    canaries: Canaries = None,
    limit: Limit = None,
    only: Only = [],  # noqa: B006
    seed: Seed = 0,
    thorough: Thorough = False,
    json: Json = None,
    details: Details = None,
    plot: Plot = None,
) -> None:
    """Measure an adapter as it is served and decide whether it may serve: status 0 for yes, 1 for no.

    About ten minutes for the default small model, longer the first time; what is ended goes on where it was when it is
    run again.
    """
    with clear_errors(), _stoppable():
        from rich.console import Console

        from assistant.evaluation.progress import shown
        from assistant.finetuning.gate.wanted import Wanted
        from assistant.finetuning.gating import evaluate as measured
        from assistant.settings import load_settings

        console = Console(stderr=True)
        wanted = Wanted(against, questions, bias, canaries, limit, only, seed, thorough)
        settings = load_settings()
        with shown("Preparing", console) as planning, shown("Measuring", console) as measuring:
            gated = measured(settings, _version(settings, name), wanted, planning, measuring)
        _write(gated, json, details, plot)
        _tell(gated)
        if gated.record["verdict"] != PASS:
            raise typer.Exit(FAILED)


def _version(settings: Any, name: str) -> str:
    """A version's name; of a topic alone, that of its newest one."""
    from assistant.models.adapters import registry_of
    from finetune.errors import AdapterUnknown

    if "@" in name:
        return name
    found = registry_of(settings).versions(name)
    if not found:
        raise AdapterUnknown(f"There is no adapter {name[:80]}. See `pilares finetune list`.")
    return found[-1].name


def _tell(gated: "Gated") -> None:
    from rich.console import Console

    console, record = Console(), gated.record
    if not console.is_terminal:
        console = Console(width=LOGGED_WIDTH)
    shown = [row for row in gated.rows if row.items or row.beside] or gated.rows
    console.print(_table(shown, f"against {record['against']}"))
    for note in (*record["notes"], *(f"{name}: {value}" for name, value in record["figures"].items())):
        typer.echo(safe(note))
    typer.echo(safe(f"Verdict: {record['verdict']}"))


def _table(rows: "Sequence[Row]", title: str) -> Any:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from finetune.gate.table import HEADINGS, cells, sections

    table = Table(title=title, box=SIMPLE, pad_edge=False)
    for number, heading in enumerate(HEADINGS):
        table.add_column(heading, no_wrap=number != LIMIT_COLUMN)
    for heading, found in sections(rows):
        if heading:
            table.add_section()
            table.add_row(Text(heading, style="bold"))
        for row in found:
            table.add_row(*(Text(safe(each)) for each in cells(row)))
    return table


def _write(gated: "Gated", json: Path | None, details: Path | None, plot: Path | None) -> None:
    from assistant.evaluation.report import replacing, write_json, write_row

    if json:
        write_json(json, dict(gated.record))
    if plot:
        with replacing(plot) as file:
            file.write(gated.plot)
    if details:
        from dataclasses import asdict

        with replacing(details) as file:
            for each in gated.measured:
                replies = {arm: [asdict(reply) for reply in found] for arm, found in each.replies.items()}
                item = each.item
                write_row(file, {"probe": item.probe, "id": item.id, "kind": item.kind, "language": item.language,
                                 "asks": [asdict(ask) for ask in item.asks], "given": dict(item.given),
                                 "replies": replies})  # fmt: skip


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM end the block like Ctrl-C: what was measured is kept."""
    before = signal(SIGTERM, default_int_handler)
    try:
        yield
    finally:
        signal(SIGTERM, before)
