from pathlib import Path

import pytest

from finetune.registry import Registry
from finetune.testing.adapters import SMALL, random_adapter
from finetune.testing.gate import let_pass


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "adapters", {SMALL.sha256: SMALL.name})


@pytest.fixture
def three(registry: Registry, tmp_path: Path) -> Registry:
    """With help@v1, help@v2 and help@v3, which passed the gate."""
    for seed in range(3):
        registry.add(random_adapter(tmp_path / f"trained-{seed}", seed=seed), "help")
    let_pass(registry)
    return registry
