"""How many threads, and how they wait."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.models.cores import usable_cores, wait_without_spinning


@pytest.fixture
def eight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


@pytest.mark.parametrize(
    ("quota", "cores"), [("max 100000", 8), ("200000 100000", 2), ("50000 100000", 1), ("9900000 100000", 8), ("", 8)]
)
@pytest.mark.usefixtures("eight")
def test_a_container_counts_its_quota(tmp_path: Path, quota: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(f"{quota}\n")
    assert usable_cores(tmp_path / "cpu.max") == cores


@pytest.mark.usefixtures("eight")
def test_without_control_groups_every_core(tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "none") == 8


def test_waiting_threads_sleep_unless_someone_decided_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    wait_without_spinning()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    monkeypatch.delenv("OMP_WAIT_POLICY")
    wait_without_spinning()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_naming_the_models_loads_no_heavy_library() -> None:
    code = "import sys, assistant.models.models, assistant.models.download, assistant.cli.models; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    heavy = {
        "torch",
        "transformers",
        "sentence_transformers",
        "langchain_openai",
        "openai",
        "xllamacpp",
        "huggingface_hub",
    }
    assert heavy.isdisjoint(done.stdout.split())
