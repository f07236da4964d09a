"""Both vector indexes keep the same promises."""

from pathlib import Path

import pytest

from knowledge.care import Auditable
from knowledge.testing.vector_index import VectorIndexConformance, unit_vectors
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


def test_chroma_tells_whom_its_entries_are_granted_to(tmp_path: Path) -> None:
    grants_are_told(ChromaIndex(tmp_path / "vectors"))


def test_the_exact_index_tells_whom_its_entries_are_granted_to() -> None:
    grants_are_told(ExactIndex())


def grants_are_told(index: ChromaIndex | ExactIndex) -> None:
    assert isinstance(index, Auditable)
    index.upsert(["a", "b"], unit_vectors(2), [["staff"], ["staff", "board"]])
    index.upsert(["a"], unit_vectors(1), [["board"]])
    assert index.grants() == {"a": {"board"}, "b": {"staff", "board"}}
