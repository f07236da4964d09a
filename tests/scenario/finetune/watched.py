"""Watches a training as `pilares finetune train` does, for a test that presses Ctrl+C."""

import sys
from hashlib import sha256
from pathlib import Path

import typer

from assistant.cli import training as commands
from assistant.cli.errors import clear_errors
from assistant.finetuning import training
from assistant.models.catalogue import Model, ModelFile, Role
from assistant.settings import load_settings
from finetune.training.runs import Run


def watch(home: str, run: str, base: str) -> None:
    """Train what a run has left to train, on the base in a file."""
    file = Path(base)
    digest = sha256(file.read_bytes()).hexdigest()
    training._base = lambda _: Model("tiny", Role.TEST, "", "", (ModelFile(file.name, 1, digest),))
    training.require = lambda *_: file.parent
    try:
        with clear_errors():
            commands._watched(load_settings(home=Path(home), threads=1), Run(Path(run)))
    except typer.Exit as end:
        sys.exit(end.exit_code)
