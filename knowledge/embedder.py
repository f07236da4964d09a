"""What the knowledge package needs of an embedding model."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@runtime_checkable
class Embedder(Protocol):
    """Turns text into unit vectors of one fixed dimension.

    `model_id` names the weights and is stored beside the vectors; a store refuses an embedder with another one.
    """

    model_id: str
    dimension: int

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts that will be searched: float32, shape (len(texts), dimension), rows of length 1."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions: float32, shape (len(texts), dimension), rows of length 1."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens the model would read for each text, special tokens not counted."""
