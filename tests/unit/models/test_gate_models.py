"""How the gate asks llama.cpp: each arm with its adapter, and an answer of another kind is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import GenerationFailed, ModelUnavailable
from assistant.finetuning.gate.served import Served
from assistant.finetuning.gate.trained import WithTrained, why_not
from assistant.testing.llamacpp import FakeLlamaCpp
from finetune.gate.asks import Reply, Say, Weigh
from finetune.testing.gate import ScriptedAnswers

CHAT = (("user", "What does it cost?"),)


@pytest.fixture
def served(servers: list[FakeLlamaCpp], tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "candidate").mkdir()
    for file in (tmp_path / "model.gguf", tmp_path / "candidate" / "adapter.gguf"):
        file.write_bytes(b"GGUF")
    with Served(tmp_path / "model.gguf", {"candidate": tmp_path / "candidate" / "adapter.gguf"}) as models:
        yield models


def test_it_is_loaded_once_with_the_adapter_off_until_it_is_asked_for(
    served: Served, servers: list[FakeLlamaCpp]
) -> None:
    for ask in (Say(CHAT), Weigh(CHAT, "It costs nothing.")):
        with pytest.raises(GenerationFailed, match="did not answer as it should"):
            served.answer("candidate", ask)
    assert [each.paths for each in servers] == [["candidate"]]
    assert servers[0].scales == [0.0]
    assert servers[0].cache == 0  # or one arm could find what the other has read


def test_a_server_that_is_gone_is_said(served: Served, servers: list[FakeLlamaCpp]) -> None:
    with pytest.raises(GenerationFailed):
        served.answer("base", Say(CHAT))
    servers[0].end()
    with pytest.raises(ModelUnavailable, match="replies are kept"):
        served.answer("base", Say(CHAT))


def test_only_what_is_asked_of_the_trained_weights_loads_them(tmp_path: Path) -> None:
    model = WithTrained(ScriptedAnswers(lambda arm, ask: Reply(arm)), tmp_path / "m.gguf", tmp_path)
    assert model.answer("base", Say(CHAT)).text == "base"
    with pytest.raises(ValueError, match="only asked to reply"):
        model.answer("trained", Weigh(CHAT, "x"))


def test_why_the_export_is_not_compared_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "in another way" in why_not("llama")
    monkeypatch.setattr("assistant.finetuning.gate.trained.find_spec", lambda name: None)
    assert "pilares[finetune]" in why_not("qwen2")
