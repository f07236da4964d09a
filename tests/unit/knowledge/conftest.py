"""A library without a vector database and without worker processes: what is tested here needs neither."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from knowledge.library import Library
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.formats import FileReader
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.exact import ExactIndex


@pytest.fixture
def reader() -> InlineReader:
    return InlineReader()


@pytest.fixture(params=["sqlite", "postgres"])
def library(request: pytest.FixtureRequest, tmp_path: Path, reader: InlineReader) -> Iterator[Library]:
    """On each database; a test of one of them alone is parametrized with its name."""
    url = SecretStr(request.getfixturevalue("postgres_url")) if request.param == "postgres" else None
    with Library(
        tmp_path / "knowledge",
        HashingEmbedder(),
        KnowledgeSettings(max_file_bytes=100_000, database_url=url),
        reader=reader,
        open_index=lambda _: ExactIndex(),
    ) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of documents to ingest."""
    path = tmp_path / "documents"
    path.mkdir()
    return path


@pytest.fixture
def parse() -> Callable[[str, bytes | str], ParsedDocument]:
    """Read a file by name and content, as the worker does."""
    reader = FileReader()

    def read(name: str, content: bytes | str) -> ParsedDocument:
        data = content.encode() if isinstance(content, str) else content
        return reader.read(RawFile(name, data))

    return read
