"""What a vector index must do."""

from collections.abc import Sequence
from typing import Protocol

from knowledge.embedder import Vectors


class VectorIndex(Protocol):
    """Holds one vector and the granted groups per chunk id.

    Implementations raise StoreError, never their library's exceptions. They may be called from several threads.
    """

    def upsert(self, ids: Sequence[str], vectors: Vectors, groups: Sequence[Sequence[str]]) -> None:
        """Add entries, or replace those with the same id."""

    def delete(self, ids: Sequence[str]) -> None:
        """Remove entries; unknown ids are passed over."""

    def query(self, vector: Vectors, k: int, groups: frozenset[str] | None) -> list[tuple[str, float]]:
        """The `k` nearest entries granted to any of `groups`, as (id, cosine), nearest first; none for no groups.

        With None whoever they are granted to: the caller sees to it.
        """

    def ids(self) -> set[str]:
        """Every id the index holds."""
