"""Settings of the knowledge package."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from knowledge.sources.config import SourceConfig

_POSTGRES = {"postgresql", "postgresql+psycopg"}


class KnowledgeSettings(BaseModel):
    """How documents are read, cut, indexed and found.

    `chunk_tokens` is the size a chunk aims at and `chunk_tokens_max` the size it never passes, both in tokens of the
    embedder. Fusion is a weighted sum of the two legs' normalised scores (`knowledge.search.fusion`); `dense_weight` is
    the dense leg's share. It is below a half because the best hit of the dense leg always has 1 on its scale, and of
    the lexical leg only a passage that holds nearly all that was asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL as the truth: postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
    )
    chroma_url: str | None = Field(default=None, description="a Chroma server for the vectors: http://HOST:PORT")
    chroma_token: SecretStr | None = Field(default=None, description="sent to the Chroma server as a bearer token")
    chunk_tokens: int = Field(default=150, ge=32, le=480)
    chunk_tokens_max: int = Field(default=220, ge=64, le=500)
    dense_weight: float = Field(default=0.45, ge=0, le=1)
    candidates: int = Field(default=100, ge=10, le=1000, description="hits each leg hands to the fusion")
    reranker: str = Field(
        default="none", description="folder or name of a cross-encoder that ranks the best hits again, or `none`"
    )
    rerank_candidates: int = Field(default=32, ge=2, le=200, description="hits the reranker reads")
    rerank_seconds: float = Field(
        default=1.5, gt=0, description="after so long the order without the reranker stands (loading not counted)"
    )
    max_file_bytes: int = Field(default=100_000_000, ge=1)
    max_unpacked_bytes: int = Field(default=200_000_000, ge=1)
    parse_seconds: float = Field(default=10.0, gt=0, description="for a file; large ones get more, see parse/limits.py")
    parse_memory_bytes: int = Field(default=512_000_000, ge=200_000_000)
    ocr: Literal["auto", "off"] = Field(default="auto", description="auto: pages that are pictures, where installed")
    ocr_pages: int = Field(default=50, ge=1, description="pages of one file that text recognition reads at most")
    ocr_page_seconds: float = Field(default=30.0, gt=0)
    ocr_memory_bytes: int = Field(default=3_000_000_000, ge=500_000_000)

    sources: tuple[SourceConfig, ...] = ()

    @field_validator("sources")
    @classmethod
    def _names_differ(cls, sources: tuple[SourceConfig, ...]) -> tuple[SourceConfig, ...]:
        names = [source.name for source in sources]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two sources are called {twice!r}")
        return sources

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
