"""The real models, in the folder of PILARES_MODELS_FOLDER or else the usual cache."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.models.catalogue import ALL_MINILM, MULTILINGUAL_E5, SMOLLM2
from assistant.models.download import require
from assistant.models.embedder import SentenceEmbedder, load_embedder
from assistant.models.llamacpp import LlamaCppEngine
from assistant.paths import model_cache


@pytest.fixture(scope="session")
def models_folder() -> Path:
    return Path(os.environ.get("PILARES_MODELS_FOLDER") or model_cache())


@pytest.fixture(scope="session")
def e5(models_folder: Path) -> SentenceEmbedder:
    return load_embedder(MULTILINGUAL_E5, models_folder)


@pytest.fixture(scope="session")
def minilm(models_folder: Path) -> SentenceEmbedder:
    return load_embedder(ALL_MINILM, models_folder)


@pytest.fixture(scope="session")
def engine(models_folder: Path) -> Iterator[LlamaCppEngine]:
    """The smallest language model, loaded once."""
    require(SMOLLM2, models_folder)
    engine = LlamaCppEngine(SMOLLM2.weights(models_folder), name="smollm2", context_tokens=1024, parallel=2)
    yield engine
    engine.stop()
