"""Settings of the knowledge package."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class KnowledgeSettings(BaseModel):
    """How documents are read, cut, indexed and found.

    `chunk_tokens` is the size a chunk aims at and `chunk_tokens_max` the size it never passes, both in tokens of the
    embedder. Fusion is a weighted sum of the two legs' normalised scores (`research`: convex fusion beats reciprocal
    rank fusion by about two points of nDCG@10 on SciFact); `dense_weight` is the dense leg's share.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    chunk_tokens: int = Field(default=150, ge=32, le=480)
    chunk_tokens_max: int = Field(default=220, ge=64, le=500)
    dense_weight: float = Field(default=0.5, ge=0, le=1)
    candidates: int = Field(default=100, ge=10, le=1000, description="hits each leg hands to the fusion")
    max_file_bytes: int = Field(default=100_000_000, ge=1)
    max_unpacked_bytes: int = Field(default=200_000_000, ge=1)
    parse_seconds: float = Field(default=60.0, gt=0)
    parse_memory_bytes: int = Field(default=1_000_000_000, ge=200_000_000)

    @model_validator(mode="after")
    def _sizes_agree(self) -> Self:
        if self.chunk_tokens > self.chunk_tokens_max:
            raise ValueError(f"chunk_tokens ({self.chunk_tokens}) is above chunk_tokens_max ({self.chunk_tokens_max})")
        return self
