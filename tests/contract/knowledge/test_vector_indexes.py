"""All vector indexes keep the same promises."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from knowledge.care import Auditable
from knowledge.testing.vector_index import VectorIndexConformance, unit_vectors
from knowledge.vectors.chroma import ChromaIndex
from knowledge.vectors.chroma_server import Collections
from knowledge.vectors.exact import ExactIndex
from knowledge.vectors.index import VectorIndex


@pytest.fixture
def collections(chroma_url: str) -> Iterator[Collections]:
    made = Collections(chroma_url, None, uuid4().hex[:12])
    yield made
    for name in made.names():
        made.remove(name)
    made.close()


class TestChromaIndex(VectorIndexConformance):
    @pytest.fixture
    def index(self, tmp_path: Path) -> ChromaIndex:
        return ChromaIndex(tmp_path / "vectors")


class TestChromaServer(VectorIndexConformance):
    @pytest.fixture
    def index(self, collections: Collections) -> VectorIndex:
        return collections.open("vectors-1")


class TestExactIndex(VectorIndexConformance):
    @pytest.fixture
    def index(self) -> ExactIndex:
        return ExactIndex()


def test_chroma_tells_whom_its_entries_are_granted_to(tmp_path: Path) -> None:
    grants_are_told(ChromaIndex(tmp_path / "vectors"))


def test_a_chroma_server_tells_whom_its_entries_are_granted_to(collections: Collections) -> None:
    grants_are_told(collections.open("vectors-1"))


def test_the_exact_index_tells_whom_its_entries_are_granted_to() -> None:
    grants_are_told(ExactIndex())


def grants_are_told(index: ChromaIndex | ExactIndex) -> None:
    assert isinstance(index, Auditable)
    index.upsert(["a", "b"], unit_vectors(2), [["staff"], ["staff", "board"]])
    index.upsert(["a"], unit_vectors(1), [["board"]])
    assert index.grants() == {"a": {"board"}, "b": {"staff", "board"}}
