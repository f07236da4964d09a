"""Watches a trainer: tells how far it is, evaluates and saves along the way, and stops it when it is time."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from transformers import TrainerCallback, TrainerState

from finetune.errors import TrainingFailed
from finetune.training.checkpoints import step_of, sweep, whole
from finetune.training.events import Event, Kind
from finetune.training.machine import agreed, peak_memory

SAVED_EVERY_SECONDS = 300.0
# The part of the time that is left for what comes after the last step: an evaluation and a checkpoint.
_AFTER = 0.05


class Tell(Protocol):
    """Writes an event down."""

    def __call__(self, kind: Kind, /, **about: Any) -> Event: ...


class Watch(TrainerCallback):
    """One stage of a training. `spent` are the seconds that earlier parts of the same training took.

    `why` says afterwards why it ended before its last step: "", "early", "time" or "asked".
    """

    def __init__(
        self, stage: str, tell: Tell, asked: Callable[[], bool], *, evaluations: int, patience: int, device: str,
        spent: float = 0.0, most: float | None = None,
    ) -> None:  # fmt: skip
        self._stage, self._tell, self._asked = stage, tell, asked
        self._evaluations, self._patience, self._device = evaluations, patience, device
        self._spent, self._most = spent, most
        self._begun = self._saved = self._step_begun = time.monotonic()
        self._seconds = self._tokens = 0.0
        self._first = 0
        self.trainer: Any = None
        self.why = ""

    @property
    def seconds(self) -> float:
        """What the training has taken so far, with its earlier parts."""
        return self._spent + time.monotonic() - self._begun

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The clock of a step leaves out what happens between steps."""
        self._step_begun = time.monotonic()
        self.trainer.counted = 0

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Count, and say what is to happen now."""
        self._seconds += time.monotonic() - self._step_begun
        self._tokens += self.trainer.counted * args.world_size
        step, of = state.global_step, state.max_steps
        self.why = agreed(self._reason(state))
        over = bool(self.why) or step >= of
        control.should_training_stop = over
        control.should_evaluate = self._has_held_out() and self.why != "asked" and (over or step in self._at(of))
        late = time.monotonic() - self._saved > SAVED_EVERY_SECONDS
        control.should_save = over or control.should_evaluate or late

    def _reason(self, state: Any) -> str:
        """Why it is to end after this step, before its last one; empty when it is not."""
        if self._asked():
            return "asked"
        slow = self._most is not None and self.seconds + self._of_a_step(state) > self._most * (1 - _AFTER)
        return "time" if slow and state.global_step < state.max_steps else ""

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """A step's loss is known only now."""
        if not state.is_world_process_zero or not logs or "loss" not in logs:
            return
        step, of = state.global_step, state.max_steps
        if not math.isfinite(float(logs["loss"])):
            raise TrainingFailed("The loss is no number any more. Train again with a lower --lr.")
        self._tell(
            "step", stage=self._stage, step=step, of=of, loss=round(float(logs["loss"]), 4),
            tokens_per_second=round(self._tokens / max(self._seconds, 1e-6), 1),
            eta_s=round((of - step) * self._of_a_step(state), 1), memory_bytes=peak_memory(self._device),
            elapsed_s=round(self.seconds, 1),
        )  # fmt: skip

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **_: Any) -> None:
        """Stop when it does not get better any more."""
        loss = float((metrics or {}).get("eval_loss", float("nan")))
        if state.is_world_process_zero:
            self._tell("evaluated", stage=self._stage, step=state.global_step, loss=round(loss, 4))
        since = evaluations_since_best(losses_of(state))
        if since >= self._patience and state.global_step < state.max_steps:
            self.why = self.why or "early"
            control.should_training_stop = control.should_save = True

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Of the checkpoints, the best and the newest are kept."""
        self._saved = time.monotonic()
        if not state.is_world_process_zero:
            return
        folder = Path(args.output_dir)
        sweep(folder, {state.global_step, step_of(best(losses_of(state), folder))})
        self._tell("saved", stage=self._stage, step=state.global_step)

    def _of_a_step(self, state: Any) -> float:
        """Seconds that a step takes, with its share of evaluations and checkpoints."""
        done = int(state.global_step) - self._first
        return (self.seconds - self._spent) / max(1, done)

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The clock begins; steps that were made before do not count."""
        self._begun = self._saved = time.monotonic()
        self._first = state.global_step

    def _has_held_out(self) -> bool:
        return self.trainer.eval_dataset is not None

    def _at(self, of: int) -> set[int]:
        """The steps after which it is evaluated, evenly spread, the last one among them."""
        return {max(1, round(of * (number + 1) / self._evaluations)) for number in range(self._evaluations)}


def losses_of(state: Any) -> list[tuple[int, float]]:
    """Step and loss of every evaluation so far, also those before a restart."""
    return [(int(each["step"]), float(each["eval_loss"])) for each in state.log_history if "eval_loss" in each]


def evaluations_since_best(losses: Sequence[tuple[int, float]]) -> int:
    """How many evaluations there were after the one with the lowest loss."""
    if not losses:
        return 0
    values = [loss for _, loss in losses]
    return len(values) - 1 - values.index(min(values))


def best(losses: Sequence[tuple[int, float]], folder: Path) -> Path:
    """The checkpoint with the lowest loss on the held-out rows; the newest one when nothing was held out."""
    known, there = dict(losses), whole(folder)
    measured = (each for each in there if step_of(each) in known)
    return min(measured, key=lambda each: known[step_of(each)], default=there[-1])


def is_over(checkpoint: Path, steps: int, patience: int) -> bool:
    """Whether a stage had ended with this checkpoint, and only what follows it was cut off."""
    return step_of(checkpoint) >= steps or evaluations_since_best(losses_of(_state(checkpoint))) >= patience


def losses_in(checkpoint: Path) -> list[tuple[int, float]]:
    """Step and loss of every evaluation up to a checkpoint."""
    return losses_of(_state(checkpoint))


def _state(checkpoint: Path) -> TrainerState:
    found: TrainerState = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
    return found
