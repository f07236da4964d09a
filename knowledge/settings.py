"""Settings of the knowledge package."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_POSTGRES = {"postgresql", "postgresql+psycopg"}


class KnowledgeSettings(BaseModel):
    """How documents are read, cut, indexed and found.

    `chunk_tokens` is the size a chunk aims at and `chunk_tokens_max` the size it never passes, both in tokens of the
    embedder. Fusion is a weighted sum of the two legs' normalised scores (`research`: convex fusion beats reciprocal
    rank fusion by about two points of nDCG@10 on SciFact); `dense_weight` is the dense leg's share.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL as the truth: postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
    )
    chroma_url: str | None = Field(default=None, description="a Chroma server for the vectors: http://HOST:PORT")
    chroma_token: SecretStr | None = Field(default=None, description="sent to the Chroma server as a bearer token")
    chunk_tokens: int = Field(default=240, ge=32, le=480)
    chunk_tokens_max: int = Field(default=320, ge=64, le=500)
    dense_weight: float = Field(default=0.5, ge=0, le=1)
    candidates: int = Field(default=100, ge=10, le=1000, description="hits each leg hands to the fusion")
    max_file_bytes: int = Field(default=100_000_000, ge=1)
    max_unpacked_bytes: int = Field(default=200_000_000, ge=1)
    parse_seconds: float = Field(default=60.0, gt=0)
    parse_memory_bytes: int = Field(default=1_000_000_000, ge=200_000_000)

    def in_files(self) -> Self:
        """The same settings without servers: for a library that is thrown away, beside the one they were made for."""
        return self.model_copy(update={"database_url": None, "chroma_url": None, "chroma_token": None})

    @field_validator("database_url")
    @classmethod
    def _postgres_only(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and urlsplit(url.get_secret_value()).scheme not in _POSTGRES:
            raise ValueError("it is not the address of a PostgreSQL database (postgresql+psycopg://USER@HOST/DATABASE)")
        return url

    @field_validator("chroma_url")
    @classmethod
    def _http_only(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
            raise ValueError("it is not the address of a Chroma server (http://HOST:PORT)")
        if url is not None and urlsplit(url).username:
            raise ValueError("it holds a user; give the server's token as chroma_token")
        return url

    @model_validator(mode="after")
    def _sizes_agree(self) -> Self:
        if self.chunk_tokens > self.chunk_tokens_max:
            raise ValueError(f"chunk_tokens ({self.chunk_tokens}) is above chunk_tokens_max ({self.chunk_tokens_max})")
        return self
