"""`pilares finetune train|runs|cancel`: trainings, each in a process of its own that the terminal only watches."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.cli.asking import safe
from assistant.cli.errors import INTERRUPTED, clear_errors

if TYPE_CHECKING:
    from assistant.settings import Settings
    from finetune.training.events import Event
    from finetune.training.runs import Run


def add_to(app: typer.Typer) -> None:
    """Make these commands of `pilares finetune`."""
    app.command()(train)
    app.command("runs")(list_runs)
    app.command()(cancel)


def train(
    dataset: Annotated[str, typer.Argument(metavar="[DATASET[@vN]]", help="A dataset; its newest version.")] = "",
    topic: Annotated[str, typer.Option(help="Under which name versions are counted; default: the dataset's.")] = "",
    method: Annotated[
        Literal["auto", "sft", "kto", "dpo"],
        typer.Option(help="Replies, verdicts, pairs; auto: replies first, then what else there is enough of."),
    ] = "auto",
    epochs: Annotated[float | None, typer.Option(min=0.01, help="How often every row is seen; default 1.")] = None,
    rank: Annotated[int | None, typer.Option(min=1, max=256, help="Default 16, or 32 from 5,000 rows on.")] = None,
    lr: Annotated[float | None, typer.Option(min=1e-8, max=1.0, help="The highest learning rate.")] = None,
    max_seconds: Annotated[
        float | None, typer.Option(min=1, help="Train no longer than this; the result is the best until then.")
    ] = None,
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to train.")] = "auto",
    least: Annotated[int, typer.Option(min=2, help="Fewest rows to train on.")] = 50,
    resume: Annotated[str, typer.Option(metavar="RUN", help="Go on with a run that was stopped or killed.")] = "",
    file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there.")] = None,
) -> None:
    """Train an adapter for the small model on a dataset; it enters the registry, and serves once it is promoted."""
    with clear_errors():
        from assistant.errors import InvalidRequest
        from assistant.finetuning import training
        from assistant.settings import load_settings

        settings = load_settings()
        if bool(dataset) == bool(resume):
            raise InvalidRequest("Name a dataset, as in `pilares finetune train support`, or a run with --resume.")
        if resume:
            run = training.runs_of(settings).get(resume)
        else:
            asked = training.Asked(
                dataset, topic or dataset.partition("@")[0].replace("_", "-"), method, epochs, rank, lr, max_seconds,
                device, least,
            )  # fmt: skip
            run = training.begin(settings, asked)
        _watched(settings, run)
        name = training.register(settings, run)
        _done(run, name, file)


def list_runs() -> None:
    """Every training: how it is doing, how far it is, and why one failed."""
    with clear_errors():
        from assistant.finetuning.training import runs_of, summary
        from assistant.settings import load_settings

        runs = runs_of(load_settings())
        found = [summary(runs, run) for run in runs.all()]
        if not found:
            typer.echo("There are no trainings yet. `pilares finetune train DATASET` begins one.")
        for each in reversed(found):
            far = f"{each['stage']} {each['step']}/{each['of']}, loss {each['loss']}" if each["of"] else "not begun"
            left = f", {_clock(each['eta_s'])} left" if each["state"] == "running" and each["eta_s"] else ""
            typer.echo(safe(f"{each['run']}  {each['state']:<11} {each['dataset']}  {far}{left}"))
            if each["state"] in ("failed", "interrupted", "cancelled"):
                why = f"{each['error']} " if each["state"] == "failed" else ""
                typer.echo(safe(f"    {why}Go on: pilares finetune train --resume {each['run']}"))


def cancel(run: Annotated[str, typer.Argument(metavar="RUN", help="As `pilares finetune runs` names it.")]) -> None:
    """Stop a training after the step that it is in; its checkpoint stays, and it can be resumed."""
    with clear_errors():
        from assistant.finetuning.training import runs_of
        from assistant.settings import load_settings

        runs = runs_of(load_settings())
        found = runs.get(run)
        state = runs.state(found)
        if state == "running":
            found.ask_to_stop()
            typer.echo(f"{found.name} stops after the step that it is in.")
        else:
            if state == "interrupted":
                found.log.write("cancelled", step=found.log.last("saved").get("step", 0))
            typer.echo(f"{found.name} is not running ({state}).")
        typer.echo(f"Go on with: pilares finetune train --resume {found.name}")


def _watched(settings: "Settings", run: "Run") -> None:
    """Train, and tell how it goes; Ctrl+C asks whether to stop."""
    from assistant.finetuning import training

    if run.result.is_dir():
        return
    worker = training.start(settings, run)
    typer.echo(f"Training: {run.name}", err=True)
    follower, gone = run.log.follow(), False
    while not gone:
        try:
            gone = _waited(worker)
            for event in follower.new():
                if line := _line(event):
                    typer.echo(safe(line), err=True)
        except KeyboardInterrupt:
            if not _wants_to_stop(run):
                typer.echo(f"It goes on by itself. See `pilares finetune runs`, stop it with `cancel {run.name}`.")
                raise typer.Exit(INTERRUPTED) from None
            run.ask_to_stop()
            typer.echo("Stopping after the step that it is in, with a checkpoint ...", err=True)
    if run.log.last().get("event") == "cancelled":
        typer.echo(f"Stopped. Go on with: pilares finetune train --resume {run.name}")
        raise typer.Exit(INTERRUPTED)
    training.check_ended(run, worker.returncode)


def _waited(worker: Any) -> bool:
    """Whether the process is gone, after a moment."""
    import subprocess

    try:
        worker.wait(0.3)
    except subprocess.TimeoutExpired:
        return False
    return True


def _wants_to_stop(run: "Run") -> bool:
    import sys

    if not sys.stdin.isatty():
        return True
    try:
        return typer.confirm("\nStop the training? A checkpoint is kept (n: it goes on by itself)", default=True)
    except typer.Abort:
        return True


def _line(event: "Event") -> str:
    match event["event"]:
        case "started":
            stages = "; ".join(f"{each['rows']} rows by {name}, {each['steps']} steps" for name, each in
                               event["stages"].items())  # fmt: skip
            notes = "".join(f"\n  {note}" for note in event["notes"])
            return (
                f"{stages}; {event['tokens']:,} tokens a round on {event['device']}, about "
                f"{_clock(event['estimate_s'])} at {event['tokens_per_second']:g} tokens a second{notes}"
            )
        case "step":
            return (
                f"{event['stage']} {event['step']}/{event['of']}  loss {event['loss']:.4f}  "
                f"{event['tokens_per_second']:g} tokens/s  {_clock(event['eta_s'])} left  "
                f"{event['memory_bytes'] / 1e6:,.0f} MB"
            )
        case "evaluated":
            return f"{event['stage']} {event['step']}  held-out loss {event['loss']:.4f}"
        case _:
            return ""


def _done(run: "Run", name: str, file: Path | None) -> None:
    last = run.log.last("finished")
    card = json.loads((run.result / "card.json").read_text(encoding="utf-8"))
    if file is not None:
        figures = {"version": name, "run": run.name, **{key: value for key, value in card.items() if key != "sha256"}}
        file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for each in card["left_out"]:
        typer.echo(safe(f"Note: {each}"))
    for stage, curves in card["curves"].items():
        if losses := curves["held_out_loss"]:
            typer.echo(f"{stage}: held-out loss {losses[0]:.4f} before, {min(losses):.4f} at its best.")
    memory, seconds = card["peak_memory_bytes"] / 1e6, last.get("seconds", 0.0)
    typer.echo(f"Trained in {_clock(seconds)}, at most {memory:,.0f} MB.")
    typer.echo(f"Added: {name}")
    typer.echo(f"Next: pilares finetune evaluate {name}")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
