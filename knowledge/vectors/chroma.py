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

    def upsert(self, ids: Sequence[str], vectors: Vectors, groups: Sequence[Sequence[str]]) -> None:
        """Add or replace entries; one without groups stays out, since nobody may find it."""
        open_to_some = [place for place, granted in enumerate(groups) if granted]
        with self._translated("written"):
            for start in range(0, len(open_to_some), self.batch):
                some = open_to_some[start : start + self.batch]
                self._collection.upsert(
                    ids=[ids[place] for place in some],
                    embeddings=np.ascontiguousarray(vectors[some]),
                    metadatas=[{"groups": sorted(groups[place])} for place in some],
                )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove entries."""
        with self._translated("written"):
            for start in range(0, len(ids), self.batch):
                self._collection.delete(ids=list(ids[start : start + self.batch]))

    def query(self, vector: Vectors, k: int, groups: frozenset[str]) -> list[tuple[str, float]]:
        """The nearest granted entries.

        Chroma's metadata filter costs time in proportion to the entries it lets through (8,000 of 8,000: 32 ms against
        3 ms unfiltered), so the nearest are asked for first and filtered here; only when too few of them are granted
        does Chroma filter before it searches. Fewer than `k` may mean that there are no more, or that the graph does
        not lead to them (many equal vectors cut it in pieces): then every granted entry is compared.
        """
        if not groups:
            return []
        hits = self._ask(vector, 2 * k, None)
        granted = [hit for hit in hits if groups & hit[2]]
        if len(granted) < k and len(hits) == 2 * k:
            granted = [hit for hit in self._ask(vector, k, _granted_to(groups)) if groups & hit[2]]
        if len(granted) < k:
            return self._compare_all(vector, k, groups)
        return [(chunk_id, score) for chunk_id, score, _ in granted[:k]]

    def ids(self) -> set[str]:
        """Every id."""
        with self._translated("read"):
            return set(self._collection.get(include=[])["ids"])

    def grants(self) -> dict[str, frozenset[str]]:
        """The groups of every entry, by id."""
        with self._translated("read"):
            found = self._collection.get(include=["metadatas"])
            return {
                chunk_id: frozenset(kept["groups"])
                for chunk_id, kept in zip(found["ids"], found["metadatas"], strict=True)
            }

    def _ask(self, vector: Vectors, k: int, where: dict[str, Any] | None) -> list[tuple[str, float, frozenset[str]]]:
        with self._translated("read"):
            found = self._collection.query(
                query_embeddings=[vector], n_results=k, where=where, include=["distances", "metadatas"]
            )
        rows = zip(found["ids"][0], found["distances"][0], found["metadatas"][0], strict=True)
        return [(chunk_id, 1.0 - float(distance), frozenset(kept["groups"])) for chunk_id, distance, kept in rows]

    def _compare_all(self, vector: Vectors, k: int, groups: frozenset[str]) -> list[tuple[str, float]]:
        with self._translated("read"):
            found = self._collection.get(where=_granted_to(groups), include=["embeddings", "metadatas"])
        if not found["ids"]:
            return []
        scores = np.asarray(found["embeddings"], dtype=np.float32) @ vector
        hits = [
            (found["ids"][place], float(scores[place]))
            for place in np.argsort(-scores, kind="stable")
            if groups & frozenset(found["metadatas"][place]["groups"])
        ]
        return hits[:k]

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


def _granted_to(groups: frozenset[str]) -> dict[str, Any]:
    """One `$contains` per group; `$or` needs at least two."""
    conditions: list[dict[str, Any]] = [{"groups": {"$contains": group}} for group in sorted(groups)]
    return conditions[0] if len(conditions) == 1 else {"$or": conditions}
