"""The library keeps its promises as shipped, and with its parts replaced by the fakes."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.library import LibraryConformance, OpenLibrary
from knowledge.testing.reader import InlineReader
from knowledge.vectors.exact import ExactIndex


class TestAsShipped(LibraryConformance):
    """Chroma and the worker process; only the embedder is a fake."""

    @pytest.fixture
    def open_library(self, tmp_path: Path) -> OpenLibrary:
        return lambda: Library.open(tmp_path / "knowledge", HashingEmbedder)


class TestWithFakes(LibraryConformance):
    """No vector database and no worker process."""

    @pytest.fixture
    def open_library(self, tmp_path: Path) -> OpenLibrary:
        return lambda: Library(
            tmp_path / "knowledge",
            HashingEmbedder(),
            KnowledgeSettings(),
            reader=InlineReader(),
            open_index=lambda _: ExactIndex(),
        )


class TestWithPostgresAndAChromaServer(LibraryConformance):
    """Both servers are real ones."""

    @pytest.fixture
    def open_library(self, tmp_path: Path, postgres_url: str, chroma_url: str) -> OpenLibrary:
        settings = KnowledgeSettings(database_url=SecretStr(postgres_url), chroma_url=chroma_url)
        return lambda: Library.open(tmp_path / "knowledge", HashingEmbedder, settings)
