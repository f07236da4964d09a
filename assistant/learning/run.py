"""One run of learning, stage by stage; what was interrupted goes on where it was.

collect   feedback and hand-offs into the review queue; curated answers follow what is accepted
check     the doctor looks; too few newly accepted rows end the run
build     a version of the dataset
train     an adapter, registered as topic@vN
gate      measured against what serves
decide    proposed to a person, a canary, or promoted

A stage writes "begun" before it works and "done" with what it found afterwards. A stage that was killed is begun again;
what it may have left is found again by its name (a dataset of the same rows makes no new version), or is taken over
(`Steps.trained`). A stage that was killed three times ends the run.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assistant.errors import AssistantError, InvalidRequest
from assistant.learning.journal import STAGES, Entry, Journal, Run, Stage, new_run
from finetune.errors import FinetuneError
from knowledge.errors import KnowledgeError

JOURNAL, LOCK = "learn.jsonl", "learn.lock"
MOST_ATTEMPTS = 3
Found = Mapping[str, Any]
Step = Callable[[Found], Found]
Say = Callable[[Entry], None]
log = logging.getLogger(__name__)


class Enough(Exception):
    """Ends a run for a good reason: `str` says which, and what would change it; `found` is kept."""

    def __init__(self, why: str, found: Found | None = None) -> None:
        super().__init__(why)
        self.found = found or {}


@dataclass(frozen=True, slots=True)
class Steps:
    """What each stage does: it gets what the stages before found, and returns what it adds. Raises Enough."""

    collect: Step
    check: Step
    build: Step
    train: Step
    gate: Step
    decide: Step

    def of(self, stage: Stage) -> Step:
        """The work of a stage."""
        step: Step = getattr(self, stage)
        return step


class Learning:
    """The runs of an installation; one at a time, whoever begins it."""

    def __init__(self, folder: Path, steps: Steps) -> None:
        self._folder = folder
        self._steps = steps
        self.journal = Journal(folder / JOURNAL)

    def run(self, say: Say = lambda _: None, wait: Callable[[], None] = lambda: None) -> Run:
        """Go on with the run that was interrupted, or begin one; `wait` is called before each stage.

        Raises InvalidRequest while another one runs, and NotWritten.
        """
        with alone(self._folder):
            last = self.journal.last()
            name = last.id if last is not None and not last.ended else new_run()
            for stage in STAGES:
                run = self._run(name)
                if run is not None and run.done(stage):
                    continue
                wait()
                entry = self._stage(name, stage, run, say)
                say(entry)
                if entry.outcome != "done":
                    break
            found = self._run(name)
            assert found is not None  # a stage has written at least one line
            return found

    def _run(self, name: str) -> Run | None:
        return next((each for each in self.journal.runs() if each.id == name), None)

    def _stage(self, name: str, stage: Stage, run: Run | None, say: Say) -> Entry:
        if run is not None and run.begun(stage) >= MOST_ATTEMPTS:
            why = f"it was interrupted {MOST_ATTEMPTS} times in this stage. Look into the log, then `pilares learn run`"
            return self.journal.note(Entry(name, stage, "failed", why))
        say(self.journal.note(Entry(name, stage, "begun")))
        try:
            found = self._steps.of(stage)(run.found() if run is not None else {})
        except Enough as reason:
            return self.journal.note(Entry(name, stage, "stopped", str(reason), reason.found))
        except (AssistantError, FinetuneError, KnowledgeError) as error:
            return self.journal.note(Entry(name, stage, "failed", str(error)))
        except Exception as error:
            log.exception("learning failed in the stage %s", stage)
            why = f"something unforeseen went wrong ({type(error).__name__}: {error}). The log says where"
            return self.journal.note(Entry(name, stage, "failed", why))
        return self.journal.note(Entry(name, stage, "done", str(found.get("why", "")), _kept(found)))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else learns meanwhile. Raises InvalidRequest at once when somebody does."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InvalidRequest(
            "A run of learning is under way in another process. `pilares learn status` says how far it is."
        ) from None
    try:
        yield
    finally:
        lock.release()


def is_running(folder: Path) -> bool:
    """Whether a run is under way now, in whichever process."""
    if not (folder / LOCK).exists():
        return False
    try:
        with alone(folder):
            return False
    except InvalidRequest:
        return True


def _kept(found: Found) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "why"}
