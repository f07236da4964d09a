"""What a vector index must do."""

from collections.abc import Sequence
from typing import Protocol

from knowledge.embedder import Vectors


class VectorIndex(Protocol):
    """Holds one vector per chunk id. Who may read a chunk it does not know: SQL says so of whatever it finds.

    Implementations raise StoreError, never their library's exceptions. They may be called from several threads.
    """

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add entries, or replace those with the same id."""

    def delete(self, ids: Sequence[str]) -> None:
        """Remove entries; unknown ids are passed over."""

    def query(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """The `k` nearest entries, as (id, cosine), nearest first."""

    def ids(self) -> set[str]:
        """Every id the index holds."""
