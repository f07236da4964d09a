"""Both vector indexes keep the same promises."""

from pathlib import Path

import pytest

from knowledge.testing.vector_index import VectorIndexConformance
from knowledge.vectors.chroma import ChromaIndex
from knowledge.vectors.exact import ExactIndex


class TestChromaIndex(VectorIndexConformance):
    @pytest.fixture
    def index(self, tmp_path: Path) -> ChromaIndex:
        return ChromaIndex(tmp_path / "vectors")


class TestExactIndex(VectorIndexConformance):
    @pytest.fixture
    def index(self) -> ExactIndex:
        return ExactIndex()
