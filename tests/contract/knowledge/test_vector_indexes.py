"""All vector indexes keep the same promises."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from knowledge.testing.vector_index import VectorIndexConformance
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
