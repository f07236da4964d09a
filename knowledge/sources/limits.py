"""What a source may use up: bytes, entries, time, and where it may keep files between two looks."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class SourceLimits(BaseModel):
    """Bounds that hold for every source, whatever its options say.

    `total_seconds` is the time for one request or one call of a program. `cache_folder` is where a source keeps what
    makes its next look cheaper (a clone, the ETags of pages); it can be deleted at any time, and with None nothing is
    kept between two runs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_file_bytes: int = Field(default=100_000_000, ge=1)
    max_entries: int = Field(default=100_000, ge=1)
    max_listing_bytes: int = Field(default=2_000_000_000, ge=1, description="rows, items and pages held while listing")
    connect_seconds: float = Field(default=10.0, gt=0)
    read_seconds: float = Field(default=30.0, gt=0)
    total_seconds: float = Field(default=300.0, gt=0)
    cache_folder: Path | None = None
