"""The trainings of an installation: which there are, how each is doing, and that only one runs at a time."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import psutil
from filelock import FileLock, Timeout

from finetune.errors import NotWritten, RunNotFound, TrainingBusy
from finetune.registry.writing import replace_json
from finetune.training.events import ENDS, EVENTS, EventLog
from finetune.training.plan import PLAN, Plan, plan_of

State = Literal["running", "finished", "failed", "cancelled", "interrupted"]
_NAME = re.compile(r"\d{8}-\d{6}-[a-z0-9-]{1,70}")
_LOCK, _HOLDER, _BEGUN, _CANCEL = ".lock", "holder.json", "begun.json", "cancel"


@dataclass(frozen=True, slots=True)
class Run:
    """One training and its folder; what is in it is read when asked for."""

    folder: Path

    @property
    def name(self) -> str:
        """As people name it: when it began, and for which topic."""
        return self.folder.name

    @property
    def plan(self) -> Plan:
        """What it is to do. Raises RunNotFound."""
        file = self.folder / PLAN
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunNotFound(f"{file} cannot be read ({error}). Begin a new training.") from error
        return plan_of(found, file)

    def write_plan(self, plan: Plan) -> None:
        """Put a plan in the place of the one before. Raises NotWritten."""
        try:
            replace_json(self.folder / PLAN, plan.asdict())
        except OSError as error:
            raise NotWritten(f"{self.folder} cannot be written ({error.strerror or error}). Make room.") from error

    @property
    def log(self) -> EventLog:
        """What has happened."""
        return EventLog(self.folder / EVENTS)

    @property
    def checkpoints(self) -> Path:
        """A folder for each stage."""
        return self.folder / "checkpoints"

    @property
    def stages(self) -> Path:
        """The best adapter of each stage that is over."""
        return self.folder / "stages"

    @property
    def result(self) -> Path:
        """The adapter; there only when it is whole."""
        return self.folder / "result"

    def ask_to_stop(self) -> None:
        """Let it end after the step that it is in, with a checkpoint."""
        (self.folder / _CANCEL).touch()

    def asked_to_stop(self) -> bool:
        """Whether somebody wants it to end."""
        return (self.folder / _CANCEL).exists()

    def go_on(self) -> None:
        """Nobody wants it to end any more."""
        (self.folder / _CANCEL).unlink(missing_ok=True)


class Runs:
    """The runs in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new(self, plan: Plan) -> Run:
        """A run of its own for a plan. Raises NotWritten."""
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{plan.topic}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            number, folder = 1, self.folder / name
            while folder.exists():
                number += 1
                folder = self.folder / f"{name}-{number}"
            folder.mkdir()
        except OSError as error:
            raise NotWritten(f"{self.folder} cannot be written ({error.strerror or error}). Make room.") from error
        run = Run(folder)
        run.write_plan(plan)
        return run

    def all(self) -> list[Run]:
        """Every run, oldest first."""
        found = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        return [Run(each) for each in found if _NAME.fullmatch(each.name) and (each / PLAN).is_file()]

    def get(self, name: str) -> Run:
        """A run by its name, or by what only its name begins or ends with. Raises RunNotFound."""
        near = [each for each in self.all() if name and (each.name.startswith(name) or each.name.endswith(name))]
        exact = [each for each in near if each.name == name] or near
        if len(exact) != 1:
            why = f"{len(exact)} runs are called like that" if exact else "There is no such run"
            raise RunNotFound(f"{why}: {name[:80]}. `pilares finetune runs` shows them.")
        return exact[0]

    def state(self, run: Run) -> State:
        """How a run is doing; interrupted means that its process is gone and it can be resumed."""
        if self.busy() == run.name:
            return "running"
        last = run.log.last().get("event", "")
        return last if last in ENDS else "interrupted"

    def busy(self) -> str:
        """The name of the run that is training now, or whose process is on its way to; empty when none is."""
        if not self.folder.is_dir():
            return ""
        lock = FileLock(self.folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return self._named(_HOLDER).get("run", "another one")
        lock.release()
        begun = self._named(_BEGUN)
        return begun["run"] if begun and _is_of(begun["process"], begun["run"]) else ""

    def begun(self, run: Run, process: int) -> None:
        """Note the process that was begun for a run: until it holds the lock, seconds go by. Raises NotWritten."""
        try:
            replace_json(self.folder / _BEGUN, {"run": run.name, "process": process})
        except OSError as error:
            raise NotWritten(f"{self.folder} cannot be written ({error.strerror or error}). Make room.") from error

    @contextmanager
    def alone(self, run: Run) -> Iterator[None]:
        """Nobody else trains here meanwhile. Raises TrainingBusy naming the run that does, and NotWritten."""
        lock = FileLock(self.folder / _LOCK)
        try:
            lock.acquire(timeout=0.5)
            replace_json(self.folder / _HOLDER, {"run": run.name, "process": os.getpid()})
        except Timeout:
            raise busy(self._named(_HOLDER).get("run", "another one")) from None
        except OSError as error:
            lock.release()
            raise NotWritten(f"{self.folder} cannot be written ({error.strerror or error}). Make room.") from error
        try:
            yield
        finally:
            lock.release()

    def _named(self, file: str) -> dict[str, str]:
        """The run and the process that a file names; empty when it is not there or not whole."""
        try:
            found = json.loads((self.folder / file).read_text(encoding="utf-8"))
            return {"run": str(found["run"]), "process": str(int(found["process"]))}
        except (OSError, ValueError, KeyError, TypeError):
            return {}


def _is_of(process: str, run: str) -> bool:
    """Whether a process is alive, and the one that trains a run: numbers of processes are given again."""
    try:
        return any(Path(word).name == run for word in psutil.Process(int(process)).cmdline())
    except psutil.Error:
        return False


def busy(holder: str) -> TrainingBusy:
    """The error that names the run which is training."""
    return TrainingBusy(
        f"A training runs already: {holder}. Wait for it, or stop it with `pilares finetune cancel {holder}`."
    )
