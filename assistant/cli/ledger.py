"""`pilares ledger`: what answers cost, beside what the large model alone would have cost."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.errors import clear_errors
from assistant.cli.router import Since, utc

if TYPE_CHECKING:
    from rich.table import Table


def ledger(
    since: Since = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write it to a file as well.")] = None,
) -> None:
    """Tokens, money, energy and CO2e of a period, against always asking the large model."""
    with clear_errors():
        from rich.console import Console

        from assistant.evaluation.report import check_writable, write_json
        from assistant.ledger import Ledger
        from assistant.settings import load_settings
        from assistant.storage.conversations import Conversations

        if json:
            check_writable(json)
        settings = load_settings()
        with Conversations.open(settings.conversations_url, recover=False) as conversations:
            found = Ledger.of(conversations.traffic.answered(utc(since))).as_json(settings)
        found = {"since": None if since is None else f"{since:%Y-%m-%dT%H:%M:%S}+00:00", **found}
        if json:
            write_json(json, found)
        Console().print(_table(found))
        for method, number in found["methods"].items():
            typer.echo(f"{number} answers: {method}")
        typer.echo(f"Always the large model: {found['always_llm']['method']}")


def _table(found: dict[str, Any]) -> "Table":
    from rich.table import Table

    table = Table("", "Answers", "Tokens in", "Tokens out", "Cost", "Wh", "g CO2e", title="Ledger")
    for name, row in {**found["by_tier"], "all": found}.items():
        table.add_row(
            name, *(f"{row[key]:,}" for key in ("answers", "input_tokens", "output_tokens")),
            *(f"{row[key]:,.4g}" for key in ("cost", "wh", "gco2e")),
        )  # fmt: skip
    for name in ("always_llm", "saved"):
        table.add_row(name, "", "", "", *(f"{found[name][key]:,.4g}" for key in ("cost", "wh", "gco2e")))
    return table
