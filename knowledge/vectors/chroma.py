"""The default index: Chroma, embedded in this process (its Python server is never used: CVE-2026-45829)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.embedder import Vectors
from knowledge.errors import StoreError

_COLLECTION = "chunks"
_HNSW = {"space": "cosine", "ef_search": 200, "ef_construction": 100, "max_neighbors": 32}


class ChromaIndex:
    """One collection in one folder. Whoever opens it makes sure that no other process does."""

    batch = 2_000  # Chroma takes up to 5,461 at once

    def __init__(self, folder: Path) -> None:
        """Open or create; raises StoreError when Chroma cannot read what is there."""
        self._place = str(folder)
        with self._translated("opened"):
            import chromadb
            from chromadb.config import Settings

            settings = Settings(anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder))
            client = chromadb.PersistentClient(str(folder), settings=settings)
            self._collection = self._collection_of(client, _COLLECTION)

    def _collection_of(self, client: Any, name: str) -> Any:
        return client.get_or_create_collection(name, embedding_function=None, configuration={"hnsw": _HNSW})

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace entries."""
        with self._translated("written"):
            for start in range(0, len(ids), self.batch):
                some = slice(start, start + self.batch)
                self._collection.upsert(ids=list(ids[some]), embeddings=np.ascontiguousarray(vectors[some]))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove entries."""
        with self._translated("written"):
            for start in range(0, len(ids), self.batch):
                self._collection.delete(ids=list(ids[start : start + self.batch]))

    def query(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """The nearest entries.

        Fewer than `k` may mean that there are no more, or that the graph does not lead to them: many equal vectors cut
        it in pieces. Metadata are not used: reading them takes longer than the search itself.
        """
        with self._translated("read"):
            found = self._collection.query(query_embeddings=[vector], n_results=k, include=["distances"])
        return [
            (chunk_id, 1.0 - float(distance))
            for chunk_id, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def ids(self) -> set[str]:
        """Every id."""
        with self._translated("read"):
            return set(self._collection.get(include=[])["ids"])

    @contextmanager
    def _translated(self, action: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # Chroma raises its own, sqlite's, pickle's and plain Exceptions
            raise self._in_words(action, error) from error

    def _in_words(self, action: str, error: Exception) -> StoreError:
        return StoreError(
            f"The vector index in {self._place} could not be {action} ({type(error).__name__}: {error}). "
            "Run `pilares documents reindex` to build it again from the stored documents."
        )
