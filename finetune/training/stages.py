"""Which rows are learnt with which method, in which order, and which are left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from finetune.doctor.balance import LEAST_OF_EACH, kto_weights
from finetune.errors import TrainingRefused
from finetune.examples import Example, Kind
from finetune.training.plan import Method

Name = Literal["sft", "dpo", "kto"]
# Replies come first: preferences move a model that says such things already.
ORDER: tuple[Name, ...] = ("sft", "dpo", "kto")
KINDS: dict[Name, Kind] = {"sft": "chat", "dpo": "preference", "kto": "verdict"}
WORDS: dict[Name, str] = {"sft": "replies", "dpo": "pairs", "kto": "verdicts"}


@dataclass(frozen=True, slots=True)
class Stage:
    """One method and its rows; `weights` are those of good and bad verdicts."""

    name: Name
    train: tuple[Example, ...]
    held_out: tuple[Example, ...] = ()

    @property
    def weights(self) -> tuple[float, float]:
        """How good and bad verdicts are weighed so that neither drowns the other."""
        good = sum(each.good is True for each in self.train)
        return kto_weights(good, len(self.train) - good)


def stages_of(
    train: Sequence[Example], held_out: Sequence[Example], method: Method, least: int
) -> tuple[list[Stage], list[str]]:
    """The stages of a training, and in sentences what is left out and why.

    Raises TrainingRefused when there are fewer than `least` rows of what is to be learnt.
    """
    wanted = ORDER if method == "auto" else (method,)
    every = [_stage(name, train, held_out) for name in ORDER]
    chosen, notes = list[Stage](), list[str]()
    for stage in every:
        if not stage.train:
            continue
        why = "" if stage.name in wanted else f"the method is {method}"
        why = why or _shortage(stage, least, alone=method != "auto")
        if why:
            notes.append(f"{len(stage.train)} {WORDS[stage.name]} left out: {why}.")
        else:
            chosen.append(stage)
    if not chosen:
        raise TrainingRefused(_too_few(every, method, least, notes))
    return chosen, notes


def _stage(name: Name, train: Sequence[Example], held_out: Sequence[Example]) -> Stage:
    kind = KINDS[name]
    return Stage(
        name, tuple(each for each in train if each.kind == kind), tuple(each for each in held_out if each.kind == kind)
    )


def _shortage(stage: Stage, least: int, *, alone: bool) -> str:
    """Why a stage cannot be learnt; empty when it can."""
    if len(stage.train) < least:
        return f"at least {least} are needed"
    if stage.name != "kto":
        return ""
    good = sum(each.good is True for each in stage.train)
    of_each = 2 if alone else min(LEAST_OF_EACH, max(2, least // 2))
    if min(good, len(stage.train) - good) < of_each:
        return f"{good} are good and {len(stage.train) - good} bad, and of each {of_each} are needed"
    return ""


def _too_few(every: Sequence[Stage], method: Method, least: int, notes: Sequence[str]) -> str:
    counts = ", ".join(f"{len(each.train)} {WORDS[each.name]}" for each in every)
    why = f" {' '.join(notes)}" if notes else ""
    return (
        f"There is too little to learn from with the method {method} ({counts}; {least} are needed).{why} Collect or "
        "import more and build the dataset again, or lower --least."
    )
