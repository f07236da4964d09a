"""The training loop of the grounded adapter, on a model small enough to learn in seconds, and its way through GGUF."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gguf import GGUFReader, GGUFWriter
from safetensors.torch import load_file, save_file

from finetune import gguf
from finetune.errors import AdapterInvalid, ExamplesInvalid
from finetune.grounded import adapter, training
from finetune.grounded.training import GroundedTraining, Row, fitted, hidden_states, losses, train
from finetune.lora import CONFIGURATION, GGUF, WEIGHTS

LAYERS, HIDDEN, VOCABULARY, INNER, HEADS, KEYS = 2, 32, 64, 64, 4, 2
HOW = GroundedTraining(epochs=4, step_tokens=100, piece_tokens=50, learning_rate=1e-2, dropout=0.0)
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Matrices this small are done before a second thread has woken up."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _tiny() -> Any:
    """A random Qwen 2 whose scores can grow: at the usual scale of random weights they hardly could."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=VOCABULARY, hidden_size=HIDDEN, num_hidden_layers=LAYERS, intermediate_size=INNER,
        num_attention_heads=HEADS, num_key_value_heads=KEYS, tie_word_embeddings=False,
    )  # fmt: skip
    model = Qwen2ForCausalLM(config)
    model.lm_head.weight.data *= 40
    model.model.embed_tokens.weight.data *= 30
    return model


def _probabilities(model: Any, prompt: tuple[int, ...]) -> torch.Tensor:
    with torch.no_grad():
        return torch.softmax(model(torch.tensor([prompt])).logits[0, -1].float(), -1)


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    train(_tiny(), [Row((5, 6, 7 + n % 9, 9, 3, 1), 4, (3,)) for n in range(60)], tmp_path / "trained", HOW)
    return tmp_path / "trained"


def test_it_learns_the_reply(tmp_path: Path) -> None:
    heard: list[tuple[int, int, float]] = []
    rows = [Row((5, 6, 7 + n % 9, 9, 3, 1), 4, (3,)) for n in range(200)]
    model = _tiny()
    train(model, rows, tmp_path, HOW, lambda *step: heard.append(step))
    assert heard[-1][2] < 0.5 < heard[0][2]
    assert [number for number, _, _ in heard] == list(range(1, heard[0][1] + 1))
    assert float(_probabilities(model, (5, 6, 8, 9))[3]) > 0.8
    assert (tmp_path / WEIGHTS).is_file()


def test_two_right_first_tokens_share_the_target(tmp_path: Path) -> None:
    model = _tiny()
    train(model, [Row((5, 6, 7 + n % 9, 9, 3), 4, (3, 11)) for n in range(200)], tmp_path, HOW)
    found = _probabilities(model, (5, 6, 8, 9))
    assert float(found[3]) == pytest.approx(0.5, abs=0.15)
    assert float(found[11]) == pytest.approx(0.5, abs=0.15)


def test_padding_changes_nothing() -> None:
    model, short, long = _tiny().eval(), Row((5, 6, 7, 3), 3, (3,)), Row((5, 6, 7, 8, 9, 10, 3, 4), 6, (3,))
    with torch.no_grad():
        together = losses(model, [short, long], CPU)
        apart = losses(model, [short], CPU) + losses(model, [long], CPU)
        assert torch.allclose(together, apart, atol=1e-3)
        assert hidden_states(model, [short, long], CPU).shape == (2, 8, HIDDEN)


def test_a_weight_scales_the_loss_of_its_row() -> None:
    model = _tiny().eval()
    with torch.no_grad():
        once, twice = (losses(model, [Row((5, 6, 7, 3), 3, (3,), weight)], CPU) for weight in (1.0, 2.0))
    assert float(twice) == pytest.approx(2 * float(once))


def test_a_step_of_numbers_that_are_none_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter(range(1000))
    whole = training.losses

    def now_and_then(*args: Any) -> torch.Tensor:
        return whole(*args) * (float("nan") if next(calls) % 3 == 0 else 1.0)

    monkeypatch.setattr(training, "losses", now_and_then)
    train(_tiny(), [Row((5, 6, 7 + n % 9, 9, 3, 1), 4, (3,)) for n in range(100)], tmp_path, HOW)
    tensors = load_file(tmp_path / WEIGHTS)
    assert all(bool(torch.isfinite(each).all()) for each in tensors.values())
    assert any(bool(each.any()) for name, each in tensors.items() if "lora_B" in name)  # the others did count


def test_too_few_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExamplesInvalid, match="too few to train on"):
        train(_tiny(), [Row((5, 6, 3), 2, (3,))] * 3, tmp_path, HOW)


def test_pieces_fit_the_memory_of_a_processor() -> None:
    assert fitted(GroundedTraining(), "cpu").piece_tokens == training.PIECE_ON_PROCESSOR
    assert fitted(GroundedTraining(step_tokens=500), "cpu").piece_tokens == 500


def test_steps_hold_every_row_once_an_epoch_and_rows_of_a_length_together() -> None:
    rows = [Row(tuple(range(5 + n % 40)), 4, (3,)) for n in range(300)]
    steps = list(training._steps(rows, GroundedTraining(epochs=1.5, step_tokens=400)))
    assert sum(len(step) for step in steps) == 450
    assert all(len(step) == 1 or len(step) * max(len(row.tokens) for row in step) <= 400 for step in steps)
    again = list(training._steps(rows, GroundedTraining(epochs=1.5, step_tokens=400)))
    assert steps == again


def test_the_rate_rises_and_then_falls_to_nothing() -> None:
    rates = [training._rate(step, 100, 0.1) for step in range(100)]
    assert rates[:10] == pytest.approx([0.1 * n for n in range(1, 11)])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 0.01


def test_what_is_written_is_what_was_learnt(trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    adapter.write(trained, out, "tiny", "tiny-base")
    learnt, kept = load_file(trained / WEIGHTS), load_file(out / WEIGHTS)
    assert {each.dtype for each in kept.values()} == {torch.float16}
    assert all(torch.allclose(each.float(), learnt[name], atol=1e-3) for name, each in kept.items())
    configuration = json.loads((out / CONFIGURATION).read_text())
    assert configuration["lora_alpha"] == HOW.alpha
    assert configuration["target_modules"] == sorted(training.TARGETS)
    assert configuration["base_model_name_or_path"] == "tiny-base"


def test_the_gguf_has_the_same_matrices_under_llama_cpps_names(trained: Path, tmp_path: Path) -> None:
    tensors = load_file(trained / WEIGHTS)
    file = tmp_path / GGUF
    gguf.write_adapter(tensors, HOW.alpha, "tiny", file)
    reader = GGUFReader(file)
    fields = {name: reader.fields[name].contents() for name in ("general.type", "adapter.type", "adapter.lora.alpha")}
    assert fields == {"general.type": "adapter", "adapter.type": "lora", "adapter.lora.alpha": HOW.alpha}
    found = {each.name: np.array(each.data) for each in reader.tensors}
    assert len(found) == len(tensors) == 2 * len(training.TARGETS) * LAYERS
    name = "base_model.model.model.layers.1.mlp.down_proj.lora_A.weight"
    matrix = found["blk.1.ffn_down.weight.lora_a"]
    assert matrix.shape == (HOW.rank, INNER)
    assert np.allclose(matrix, tensors[name].numpy(), atol=1e-3)


def test_numbers_that_are_none_are_not_written(trained: Path, tmp_path: Path) -> None:
    tensors = load_file(trained / WEIGHTS)
    next(iter(tensors.values()))[0, 0] = float("inf")
    save_file(tensors, trained / WEIGHTS)
    with pytest.raises(AdapterInvalid, match="numbers that are none"):
        adapter.write(trained, tmp_path, "tiny", "tiny-base")
    assert not (tmp_path / WEIGHTS).exists()


@pytest.mark.parametrize("name", [*(f"blk.3.{part}.weight" for part in gguf._LAYER), "token_embd.weight"])
def test_names_lead_back_to_themselves(name: str) -> None:
    long = gguf.long_name(name)
    assert long.startswith("model.")
    assert name == "token_embd.weight" or gguf.short_name(long) == name


def _written(model: Any, file: Path, architecture: str = "qwen2") -> Path:
    writer = GGUFWriter(file, architecture)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEYS)
    writer.add_layer_norm_rms_eps(model.config.rms_norm_eps)
    writer.add_rope_freq_base(10_000.0)
    top = {long: short for short, long in gguf._TOP.items()}
    for name, values in model.state_dict().items():
        stem, _, kind = name.rpartition(".")
        writer.add_tensor(f"{top[stem]}.{kind}" if stem in top else gguf.short_name(name), values.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def test_a_base_is_read_from_its_file(tmp_path: Path) -> None:
    model = _tiny().eval()
    read = gguf.load_base(_written(model, tmp_path / "tiny.gguf")).eval()
    assert {each.dtype for each in read.state_dict().values()} == {torch.bfloat16}
    with torch.no_grad():
        expected, found = (each(torch.tensor([[5, 6, 7, 8]])).logits.float() for each in (model, read))
    assert torch.nn.functional.cosine_similarity(expected.flatten(), found.flatten(), dim=0) > 0.999


def test_a_base_that_was_read_can_be_trained(tmp_path: Path) -> None:
    heard: list[float] = []
    rows = [Row((5, 6, 7 + n % 9, 9, 3, 1), 4, (3,)) for n in range(100)]
    base = gguf.load_base(_written(_tiny(), tmp_path / "tiny.gguf"))
    train(base, rows, tmp_path / "out", HOW, lambda number, total, loss: heard.append(loss))
    assert heard[-1] < heard[0] / 2


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AdapterInvalid, match="only Qwen 2 can be trained"):
        gguf.load_base(_written(_tiny(), tmp_path / "tiny.gguf", "llama"))
