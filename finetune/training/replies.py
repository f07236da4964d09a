"""Scores only the tokens that are learnt.

On a processor TRL computes the probabilities of every position and throws those of the prompt away. With a prompt of
a thousand tokens, a reply of twenty, and a vocabulary of 150,000 words, that is a quarter of all the work.
"""

import functools
from types import MethodType
from typing import Any

_AT_ONCE = 256


def score_replies_only(causal: Any) -> None:
    """Give a model, which a trainer of TRL has made its own, a forward that scores labelled positions alone."""
    before = causal.forward

    @functools.wraps(type(causal).forward)
    def forward(self: Any, *args: Any, fused_lm_head: bool = False, labels: Any = None, **rest: Any) -> Any:
        if not fused_lm_head:
            return before(*args, **({} if labels is None else {"labels": labels}), **rest)
        rest.pop("num_items_in_batch", None)
        rest["use_cache"] = False
        states = self.base_model(*args, **rest).last_hidden_state[:, :-1]
        return _scored(states, labels[:, 1:], self.get_output_embeddings())

    causal.forward = MethodType(forward, causal)


def _scored(states: Any, labels: Any, head: Any) -> Any:
    import torch
    from torch.utils.checkpoint import checkpoint
    from trl.trainer.utils import FusedCausalLMOutput

    mask = labels != -100
    wanted, chosen = states[mask], labels[mask]
    found = []
    for begin in range(0, len(chosen), _AT_ONCE):
        piece = slice(begin, begin + _AT_ONCE)
        if len(chosen) <= _AT_ONCE:
            found.append(_piece(wanted[piece], chosen[piece], head))
        else:  # the probabilities of a long reply would fill the memory until the way back
            found.append(checkpoint(_piece, wanted[piece], chosen[piece], head, use_reentrant=False))
    empty = (wanted.sum(-1), wanted.new_zeros(0), wanted.new_zeros(0), mask.new_zeros(0))
    parts = [torch.cat(each) for each in zip(*found, strict=True)] if found else empty
    spread = [each.new_zeros(mask.shape).masked_scatter(mask, each) for each in parts]
    return FusedCausalLMOutput(
        loss=-spread[0].sum() / mask.sum().clamp(min=1), log_probs=spread[0], entropy=spread[1],
        mean_logits=spread[2], is_top1=spread[3], label_mask=mask,
    )  # fmt: skip


def _piece(states: Any, chosen: Any, head: Any) -> tuple[Any, Any, Any, Any]:
    """Log-probability of each token, entropy, mean of the scores, and whether it is the likeliest."""
    import torch

    scores = head(states).float()
    log_probs = scores.log_softmax(-1)
    with torch.no_grad():
        entropy = -(log_probs.exp() * log_probs).sum(-1)
        mean, likeliest = scores.mean(-1), scores.argmax(-1) == chosen
    return log_probs.gather(1, chosen[:, None])[:, 0], entropy, mean, likeliest
