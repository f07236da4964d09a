"""Trains a LoRA adapter on prompts and their replies, on a processor or a graphics card.

The loss is taken on replies only. Where several first tokens are right (two lines that both answer), the target is
shared between them; so the probabilities of first tokens, on which answers are given or withheld, come out calibrated.
LoRA: Hu et al. 2021, https://arxiv.org/abs/2106.09685; on all linear layers, as Dettmers et al. 2023 found necessary.
"""

import math
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetune.errors import ExamplesInvalid, TrainingUnavailable

if TYPE_CHECKING:
    import torch

OnStep = Callable[[int, int, float], None]
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
# Rows of similar length share a batch; they are sorted within so many rows, so that epochs still differ.
SORTED_WITHIN = 512
LEAST_ROWS = 50
# Memory that a token of a piece takes while gradients are computed, estimated for the 0.5B model with room to spare.
BYTES_PER_TOKEN = 4_000_000
PIECE_ON_PROCESSOR = LEAST_PIECE = 1024


@dataclass(frozen=True, slots=True)
class Row:
    """Tokens of a prompt and its reply, which begins at `start`; `first` are the right first tokens of the reply.

    `weight` scales the loss of the row.
    """

    tokens: tuple[int, ...]
    start: int
    first: tuple[int, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class GroundedTraining:
    """How the adapter is trained. A step takes rows of `step_tokens` tokens, in pieces that fit in memory."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    learning_rate: float = 3e-4
    warmup: float = 0.05
    epochs: float = 1.0
    step_tokens: int = 16_384
    piece_tokens: int = 16_384
    seed: int = 0

    def asdict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)


def check_available() -> None:
    """Raise TrainingUnavailable without what only training needs."""
    if find_spec("gguf") is None:
        raise TrainingUnavailable("Training needs the extra `finetune`: pip install 'pilares[finetune]'.")


def fitted(how: GroundedTraining, device: str) -> GroundedTraining:
    """The same training in pieces that fit into the memory of "cpu" or "cuda"; what is learnt does not change."""
    import torch

    most = PIECE_ON_PROCESSOR if device == "cpu" else torch.cuda.mem_get_info()[0] // BYTES_PER_TOKEN
    return replace(how, piece_tokens=min(how.step_tokens, max(LEAST_PIECE, most)))


def train(model: Any, rows: Sequence[Row], out: Path, how: GroundedTraining, on_step: OnStep | None = None) -> None:
    """Train an adapter on `model` (see `finetune.gguf`) and write it to `out` as `peft` does.

    Raises ExamplesInvalid with too few rows.
    """
    if len(rows) < LEAST_ROWS:
        raise ExamplesInvalid(f"{len(rows)} examples are too few to train on; at least {LEAST_ROWS} are needed.")
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, about one another's older names
        torch.manual_seed(how.seed)
        adapted = _adapted(model, how)
        _learn(adapted, list(_steps(rows, how)), how, on_step)
        adapted.eval()
        out.mkdir(parents=True, exist_ok=True)
        adapted.save_pretrained(out)


def _adapted(model: Any, how: GroundedTraining) -> Any:
    from peft import LoraConfig, get_peft_model

    model.requires_grad_(False)
    if next(model.parameters()).device.type == "cpu":
        model.float()  # few processors have bfloat16; on the others, gradients in it take thirty times as long
    config = LoraConfig(r=how.rank, lora_alpha=how.alpha, lora_dropout=how.dropout, target_modules=list(TARGETS))
    return get_peft_model(model, config)


def _learn(adapted: Any, steps: Sequence[Sequence[Row]], how: GroundedTraining, on_step: OnStep | None) -> None:
    import torch

    adapted.train()
    learnt = [each for each in adapted.parameters() if each.requires_grad]
    optimiser = torch.optim.AdamW(learnt, lr=how.learning_rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, len(steps), how.warmup))
    for number, step in enumerate(steps, start=1):
        loss = sum(_backward(adapted, piece, step) for piece in _pieces(step, how.piece_tokens))
        norm = torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        if bool(torch.isfinite(norm)):  # a step that would put numbers that are none into the weights is left out
            optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        if on_step is not None:
            on_step(number, len(steps), loss)


def _backward(adapted: Any, piece: Sequence[Row], step: Sequence[Row]) -> float:
    """Add the gradients of a piece of a step; returns its part of the step's mean loss."""
    import torch

    device = next(adapted.parameters()).device
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type != "cpu"):
        loss = losses(adapted, piece, device) / sum(row.weight for row in step)
    loss.backward()  # type: ignore[no-untyped-call]
    return float(loss.item())


def losses(model: Any, rows: Sequence[Row], device: "torch.device") -> "torch.Tensor":
    """Sum over rows: loss of the first token, and mean loss of those that follow."""
    import torch
    from torch.nn.functional import log_softmax

    hidden = hidden_states(model, rows, device)
    at = [(row, place) for row, each in enumerate(rows) for place in range(each.start - 1, len(each.tokens) - 1)]
    places = torch.tensor(at, device=device)
    scores = log_softmax(_head(model)(hidden[places[:, 0], places[:, 1]]).float(), dim=-1)
    total, line = scores.new_zeros(()), 0
    for each in rows:
        first = scores[line, torch.tensor(each.first, device=device)].mean()
        rest = each.tokens[each.start + 1 :]
        loss = -first
        if rest:
            following = scores[line + 1 : line + 1 + len(rest)]
            loss = loss - following.gather(1, torch.tensor(rest, device=device)[:, None]).mean()
        total = total + each.weight * loss
        line += 1 + len(rest)
    return total


def hidden_states(model: Any, rows: Sequence[Row], device: "torch.device") -> "torch.Tensor":
    """Last hidden states, shape (rows, longest row, hidden size); padded on the right, where it changes nothing."""
    import torch

    longest = max(len(row.tokens) for row in rows)
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    for number, row in enumerate(rows):
        ids[number, : len(row.tokens)] = torch.tensor(row.tokens)
        mask[number, : len(row.tokens)] = 1
    output = _body(model)(input_ids=ids.to(device), attention_mask=mask.to(device), use_cache=False)
    states: torch.Tensor = output.last_hidden_state
    return states


def _body(model: Any) -> Any:
    causal = model.get_base_model() if hasattr(model, "get_base_model") else model
    return causal.model


def _head(model: Any) -> Any:
    causal = model.get_base_model() if hasattr(model, "get_base_model") else model
    return causal.lm_head


def _steps(rows: Sequence[Row], how: GroundedTraining) -> Iterator[list[Row]]:
    """Batches of about `step_tokens` padded tokens for all epochs."""
    rng = random.Random(how.seed)  # noqa: S311 - shuffles rows, keeps no secret
    wanted = round(how.epochs * len(rows))
    while wanted > 0:
        order = rng.sample(rows, min(wanted, len(rows)))
        wanted -= len(order)
        batches = []
        for begin in range(0, len(order), SORTED_WITHIN):
            batches += _pieces(sorted(order[begin : begin + SORTED_WITHIN], key=_length), how.step_tokens)
        rng.shuffle(batches)
        yield from batches


def _pieces(rows: Sequence[Row], tokens: int) -> list[list[Row]]:
    """Consecutive rows whose padded size stays within `tokens`; a longer one stands alone."""
    pieces: list[list[Row]] = []
    longest = 0
    for row in rows:
        longest = max(longest, _length(row))
        if not pieces or longest * (len(pieces[-1]) + 1) > tokens:
            pieces.append([])
            longest = _length(row)
        pieces[-1].append(row)
    return pieces


def _length(row: Row) -> int:
    return len(row.tokens)


def _rate(step: int, steps: int, warmup: float) -> float:
    """Linear warm-up, then a cosine to zero."""
    begin = max(1, round(warmup * steps))
    if step < begin:
        return (step + 1) / begin
    return 0.5 * (1 + math.cos(math.pi * (step - begin) / max(1, steps - begin)))
