"""What is refused before a training begins, in a sentence that says what to do."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from finetune.errors import TrainingRefused
from finetune.testing.examples import WordTokens, an_example
from finetune.training import preflight
from finetune.training.machine import Machine, machine_for
from finetune.training.plan import Configuration
from finetune.training.rows import MASKED, Row, rows_of

SHAPE = {"layers": 24, "hidden": 896, "inner": 4864, "vocabulary": 151_936, "longest": 4096, "bytes": 2_000_000_000}
CPU = Machine("cpu", "float32", "processor")
GIB = 1024**3


class Templated(WordTokens):
    """Tokens with a template."""

    template = "a template"
    ends = "<|end|>"

    @property
    def end(self) -> str:
        return self.ends


class Cut(Templated):
    """A template that ends replies with something else."""

    def prompt(self, chat: Sequence[tuple[str, str]]) -> list[int]:
        return self.of("".join(f"<|{role}|>{content}\n" for role, content in chat) + "<|assistant|>")


def test_a_template_that_ends_replies_passes() -> None:
    assert len(preflight.check_template(Templated())) == 64


def test_no_chat_template_is_refused() -> None:
    tokens = Templated()
    tokens.template = ""
    with pytest.raises(TrainingRefused, match="no chat template"):
        preflight.check_template(tokens)


def test_an_end_that_is_no_token_is_refused() -> None:
    tokens = Templated()
    tokens.ends = "the end."
    with pytest.raises(TrainingRefused, match="not one token"):
        preflight.check_template(tokens)


def test_a_template_that_ends_replies_otherwise_is_refused() -> None:
    with pytest.raises(TrainingRefused, match="does not end replies"):
        preflight.check_template(Cut())


def test_a_masked_end_is_refused_and_so_is_a_prompt_that_is_learnt() -> None:
    preflight.check_end([[MASKED, 4, 9]], 9)
    with pytest.raises(TrainingRefused, match="end of a reply is masked"):
        preflight.check_end([[MASKED, 4, MASKED]], 9)
    with pytest.raises(TrainingRefused, match="prompt of a row would be learnt"):
        preflight.check_end([[3, 4, 9]], 9)


def test_rows_longer_than_the_context_are_named() -> None:
    rows = rows_of([an_example("short", "reply"), an_example("long " * 40, "reply")], tokens := Templated())
    with pytest.raises(TrainingRefused, match=rf"1 rows are longer than the context of 40 tokens: {rows[1].id[:10]}"):
        preflight.check_rows(rows, tokens, 40)
    preflight.check_rows(rows, tokens, 400)


def _free(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(preflight, "free_memory", lambda _: size)


def test_what_the_way_back_needs_is_kept_while_there_is_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Row("a", (1,) * 980, (2,) * 20)]
    _free(monkeypatch, 16 * GIB)
    assert preflight.plan_memory(SHAPE, rows, CPU, Configuration()).again is False
    _free(monkeypatch, 3 * GIB)
    found = preflight.plan_memory(SHAPE, rows, CPU, Configuration())
    assert (found.again, found.rows_at_once) == (True, 1)
    assert found.bytes < 3 * GIB


def test_too_little_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, GIB // 2)
    with pytest.raises(TrainingRefused, match="too little memory: rows of 1,000 tokens"):
        preflight.plan_memory(SHAPE, [Row("a", (1,) * 980, (2,) * 20)], CPU, Configuration())
    with pytest.raises(TrainingRefused, match="the base model needs about"):
        preflight.fitted(GIB, CPU)


def test_a_graphics_card_takes_several_rows_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, 80 * GIB)
    card = Machine("cuda", "bfloat16", "a card")
    rows = [Row("a", (1,) * 980, (2,) * 20)]
    assert preflight.plan_memory(SHAPE, rows, card, Configuration()).rows_at_once == 8
    _free(monkeypatch, 8 * GIB)
    assert preflight.plan_memory(SHAPE, rows, card, Configuration()).rows_at_once in (1, 2, 4)


def test_a_base_that_fills_a_graphics_card_is_taken_in_four_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    card = Machine("cuda", "bfloat16", "a card")
    _free(monkeypatch, 24 * GIB)
    assert preflight.fitted(GIB, card) == card
    assert preflight.fitted(8 * GIB, card).quantised
    with pytest.raises(TrainingRefused, match="the base model needs about"):
        preflight.fitted(16 * GIB, card)


def test_verdicts_are_seen_two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, 16 * GIB)
    rows = [Row("a", (1,) * 90, (2,) * 10, good=True)]
    assert preflight.plan_memory(SHAPE, rows, CPU, Configuration(), "kto").rows_at_once == 2
    pair = preflight.plan_memory(SHAPE, rows, CPU, Configuration(), "dpo")
    assert pair.rows_at_once == 1
    assert pair.bytes > preflight.plan_memory(SHAPE, rows, CPU, Configuration()).bytes


def test_too_little_room_on_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preflight.check_disk(tmp_path, SHAPE, 16, 1)
    monkeypatch.setattr(preflight, "free_disk", lambda _: 100_000_000)
    with pytest.raises(TrainingRefused, match="too little room"):
        preflight.check_disk(tmp_path, SHAPE, 16, 1)


def test_a_graphics_card_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(TrainingRefused, match="no graphics card"):
        machine_for("cuda")
    assert machine_for("auto").device == "cpu"
