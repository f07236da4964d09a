"""Shows datasets and what the doctor found in them."""

from collections.abc import Sequence

import typer

from assistant.cli.asking import safe
from finetune.building import Prepared
from finetune.datasets import DatasetVersion
from finetune.doctor.masking import preview
from finetune.doctor.tokens import Tokens
from finetune.examples import Example

_COLOURS = {"note": None, "drops": "yellow", "holds": "red"}
SHOWN = 1_200


def report(prepared: Prepared) -> None:
    """Every finding, with the first of its rows."""
    for each in prepared.report.findings:
        rows = (
            f"  [{', '.join(row[:10] for row in each.rows[:4])}{' …' if len(each.rows) > 4 else ''}]"
            if each.rows
            else ""
        )
        typer.secho(f"{each.check:<12} {safe(each.message)}{rows}", fg=_COLOURS[each.level])
    held = len(prepared.held)
    if held:
        rows_are = "1 row is" if held == 1 else f"{held} rows are"
        typer.echo(f"{rows_are} held back until reviewed: `pilares finetune dataset review list`.")
    typer.echo(f"{len(prepared.rows)} of {prepared.report.rows} rows can be learnt from.")


def version(found: DatasetVersion) -> None:
    """A version in two lines."""
    parts = found.card["split"]
    by = f"no conversation and no {'document' if parts['by'] == 'documents' else 'main document'} is in both"
    gone = len(found.withdrawn())
    typer.secho(f"{found.name}  {found.sha256[:12]}", bold=True)
    typer.echo(f"{parts['train']} rows to learn from, {parts['held_out']} to measure on; {by}.")
    if gone:
        typer.echo(f"{gone} of them are withdrawn: what they came from was deleted. Build it again.")


def card(found: DatasetVersion) -> None:
    """What the card says."""
    for name, counts in found.card["counts"].items():
        typer.echo(f"{name}: {safe(', '.join(f'{count} {value}' for value, count in counts.items()))}")
    typer.echo(f"licences: {safe(', '.join(found.card['licences']))}; groups: {safe(', '.join(found.card['groups']))}")
    typer.echo(f"built {found.card['created']} after {found.card['parent'] or 'none'}")
    for finding in found.card["report"]["findings"]:
        typer.echo(f"{finding['check']:<12} {safe(finding['message'])}")


def masks(rows: Sequence[Example], tokens: Tokens) -> None:
    """Of the first row, what is masked from the loss and what is learnt."""
    if not rows:
        return
    found = preview(rows[0], tokens)
    typer.secho(f"First row ({found.row[:10]}), masked from the loss ({found.masked_tokens} tokens):", bold=True)
    typer.secho(_cut(found.masked), dim=True)
    typer.secho(f"learnt ({found.learnt_tokens} tokens):", bold=True)
    typer.secho(_cut(found.learnt), fg="green")


def _cut(text: str) -> str:
    shown = safe(text)
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN // 2]}\n[…]\n{shown[-SHOWN // 2 :]}"
