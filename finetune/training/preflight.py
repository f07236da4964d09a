"""What is looked at before a training begins, so that it does not fail after an hour, or learn nothing.

The chat template has to end a reply with the end mark, and the reply has to be learnt with it: an adapter that was
trained without never stops talking. What a row needs of memory is estimated from the layers' sizes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from finetune.doctor.tokens import Tokens
from finetune.errors import TrainingRefused
from finetune.training.machine import Machine, free_disk, free_memory
from finetune.training.plan import Configuration
from finetune.training.rows import MASKED, Row, columns

# Numbers kept for the way back, as multiples of the hidden and the inner size of a layer, with room to spare.
_OF_HIDDEN, _OF_INNER = 16, 7
_NAMED = 5
# A base that takes more of a graphics card than this leaves too little for the way back.
_OF_CARD = 0.6
MIB = 1024 * 1024


class TemplateTokens(Tokens, Protocol):
    """A tokenizer that can also say its template."""

    @property
    def template(self) -> str:
        """The chat template; empty when there is none."""


@dataclass(frozen=True, slots=True)
class Memory:
    """How rows are put through: so many at once, keeping what the way back needs or computing it again."""

    rows_at_once: int
    again: bool
    bytes: int


def check_template(tokens: TemplateTokens) -> str:
    """The SHA-256 of the chat template. Raises TrainingRefused without one, or when it does not end replies."""
    if not tokens.template:
        raise TrainingRefused(
            "The base model's file has no chat template, so it is not known how it is asked. Take another `slm`."
        )
    if len(tokens.of(tokens.end)) != 1:
        raise TrainingRefused(
            f"The end of a reply, {tokens.end!r}, is not one token of the base model, so nothing could end a reply. "
            "Take another `slm`."
        )
    question, said = ("user", "q"), ("assistant", "a")
    whole = tokens.prompt([question, said, question])
    trained = [*tokens.prompt([question]), *tokens.of("a" + tokens.end)]
    if whole[: len(trained)] != trained:
        raise TrainingRefused(
            f"The chat template does not end replies with {tokens.end!r}: what is trained would not be what is asked. "
            "Take another `slm`."
        )
    return sha256(tokens.template.encode()).hexdigest()


def check_rows(rows: Sequence[Row], tokens: Tokens, context: int) -> None:
    """Raises TrainingRefused naming rows that are longer than the context, and when no end would be learnt."""
    long = sorted((each for each in rows if each.longest > context), key=lambda each: -each.longest)
    if long:
        named = ", ".join(f"{each.id[:10]} ({each.longest:,})" for each in long[:_NAMED])
        more = f" and {len(long) - _NAMED} more" if len(long) > _NAMED else ""
        raise TrainingRefused(
            f"{len(long)} rows are longer than the context of {context:,} tokens: {named}{more}. Build the dataset "
            f"again with --context {context}; it leaves them out."
        )
    check_end(columns("sft", rows, 1, 0)["labels"], tokens.of(tokens.end)[0])


def check_end(labels: Sequence[Sequence[int]], end: int) -> None:
    """Raises TrainingRefused when the end of a reply is missing or masked, or the prompt is learnt."""
    for each in labels:
        if each[-1] != end:
            raise TrainingRefused("The end of a reply is masked or missing, so the adapter would never stop. Stopped.")
        if each[0] != MASKED:
            raise TrainingRefused("The prompt of a row would be learnt as well. Stopped.")


def plan_memory(
    shape: Mapping[str, int], rows: Sequence[Row], machine: Machine, how: Configuration, stage: str = "sft"
) -> Memory:
    """How the rows of a stage go through the memory that there is. Raises TrainingRefused when they do not.

    Verdicts are seen beside another one, so at least two at once; a pair has two replies, each behind the prompt.
    """
    least, sequences = 2 if stage == "kto" else 1, 2 if stage == "dpo" else 1
    most = how.batch if machine.device == "cuda" else least
    adapter = 16 * matrices(shape, how.rank)
    free = int(0.9 * (free_memory(machine.device) - adapter - 300 * MIB))
    longest = max(each.longest for each in rows)
    for again in (False, True):
        of_row = sequences * _of_a_row(shape, rows, machine, again=again)
        fit = [each for each in range(least, most + 1) if how.batch % each == 0 or each == least]
        if fit := [each for each in fit if each * of_row <= free]:
            return Memory(fit[-1], again, adapter + fit[-1] * of_row)
    raise TrainingRefused(
        f"There is too little memory: rows of {longest:,} tokens need about {_mib(least * of_row + adapter)} MB beside "
        f"the base model, and {_mib(free)} MB are free. Close other programs, or build the dataset again with a "
        "smaller --context."
    )


def _of_a_row(shape: Mapping[str, int], rows: Sequence[Row], machine: Machine, *, again: bool) -> int:
    """Bytes that the longest row needs; `again`: only one layer is kept at a time, the others are computed again."""
    width = 2 if machine.precision == "bfloat16" else 4
    longest = max(each.longest for each in rows)
    learnt = max(max(len(each.reply), len(each.rejected)) for each in rows)
    kept = (_OF_HIDDEN * shape["hidden"] + _OF_INNER * shape["inner"]) * width
    scores = 3 * 4 * min(learnt, 256) * shape["vocabulary"]
    between = 4 * shape["hidden"] * shape["layers"] if again else 0
    return longest * (kept * (2 if again else shape["layers"]) + between) + scores


def fitted(size: int, machine: Machine) -> Machine:
    """The machine, with the base in four bits where a graphics card has too little memory for sixteen.

    `size` is that of the base's file, in bytes. Raises TrainingRefused when the base does not fit at all.
    """
    # A file of four or five bits a weight becomes one of 16 or 32 bits.
    needed, free = size * (4 if machine.precision == "bfloat16" else 8), free_memory(machine.device)
    if machine.device == "cuda" and needed > _OF_CARD * free:
        machine, needed = replace(machine, quantised=True), 2 * size
    if needed > free:
        raise TrainingRefused(
            f"There is too little memory: the base model needs about {_mib(needed)} MB, and {_mib(free)} MB are free. "
            "Close other programs, or take a smaller `slm`."
        )
    return machine


def check_disk(folder: Path, shape: Mapping[str, int], rank: int, stages: int) -> None:
    """Raises TrainingRefused when checkpoints and result would not fit on the disk."""
    # Of each matrix: itself and two running means in a checkpoint, of which there are three while one is written.
    needed = (3 * 12 + 4 * (stages + 2)) * matrices(shape, rank) + 64 * MIB
    if (free := free_disk(folder)) < needed:
        raise TrainingRefused(
            f"There is too little room in {folder}: about {_mib(needed)} MB are needed and {_mib(free)} MB are free. "
            "Delete old runs there, or make room."
        )


def matrices(shape: Mapping[str, int], rank: int) -> int:
    """About how many numbers an adapter has: two matrices for each of the seven of a layer."""
    return shape["layers"] * rank * (11 * shape["hidden"] + 3 * shape["inner"])


def _mib(size: float) -> str:
    return f"{max(0, size) / 1e6:,.0f}"
