"""Scoring replies alone gives what scoring everything gives, and the same gradients."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from finetune.training import replies
from finetune.training.replies import score_replies_only


@pytest.fixture(autouse=True)
def of_the_libraries() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _tiny() -> Any:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    return Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=64, hidden_size=32, num_hidden_layers=2, intermediate_size=48, num_attention_heads=4,
            num_key_value_heads=2, tie_word_embeddings=False,
        )
    )  # fmt: skip


def _scored(*, alone: bool) -> tuple[Any, torch.Tensor]:
    from trl.trainer.utils import add_fused_lm_head

    model = _tiny()
    add_fused_lm_head(model, outputs=("log_probs", "entropy", "mean_logits", "is_top1"))
    if alone:
        score_replies_only(model)
    ids = torch.randint(0, 64, (2, 12), generator=torch.Generator().manual_seed(1))
    labels = ids.masked_fill(torch.arange(12) < 7, -100)
    labels[1, -2:] = -100
    found = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels, fused_lm_head=True)
    found.loss.backward()
    return found, model.model.layers[0].self_attn.q_proj.weight.grad


@pytest.mark.parametrize("at_once", [256, 3])
def test_it_is_what_scoring_everything_gives(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_AT_ONCE", at_once)
    (ours, gradient), (theirs, expected) = _scored(alone=True), _scored(alone=False)
    for name in ("loss", "log_probs", "entropy", "mean_logits"):
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name))
    assert torch.equal(ours.is_top1.bool(), theirs.is_top1.bool())
    assert torch.equal(ours.label_mask, theirs.label_mask)
    torch.testing.assert_close(gradient, expected)
    assert int(ours.label_mask.sum()) == 8


def test_only_replies_are_put_through_the_last_layer() -> None:
    model, seen = _tiny(), []
    score_replies_only(model)
    model.lm_head.register_forward_hook(lambda _, given, __: seen.append(given[0].shape[0]))
    ids = torch.arange(12)[None]
    model(input_ids=ids, labels=ids.masked_fill(torch.arange(12) < 9, -100), fused_lm_head=True)
    assert seen == [3]


def test_without_labels_there_is_a_zero_that_can_be_learnt_from() -> None:
    model = _tiny()
    score_replies_only(model)
    ids = torch.arange(12)[None]
    found = model(input_ids=ids, labels=torch.full_like(ids, -100), fused_lm_head=True)
    found.loss.backward()
    assert found.loss.item() == 0


def test_answers_are_written_as_before() -> None:
    model, plain = _tiny(), _tiny()
    score_replies_only(model)
    ids = torch.arange(12)[None]
    torch.testing.assert_close(model(input_ids=ids, labels=ids).loss, plain(input_ids=ids, labels=ids).loss)
