"""What a backup says about itself."""

import json
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import InvalidRequest

NAME = "manifest.json"
FORMAT = 3
"""What this version knows; 2 has nothing of chat platforms, 1 no datasets and adapters either."""

KNOWLEDGE_DB = "knowledge/knowledge.db"
CONVERSATIONS_DB = "pilares.db"
CONNECTORS_DB = "connectors.db"
DATABASES = (KNOWLEDGE_DB, CONVERSATIONS_DB, CONNECTORS_DB)
SETTINGS = ("pilares.toml", "intents.toml", "intents.yaml", "sentiment.yaml", "urgency.yaml")
MEMBERS = (*DATABASES, *SETTINGS)


class Member(BaseModel):
    """A file of the backup; `bytes` is its size unpacked."""

    model_config = ConfigDict(frozen=True)

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """Everything known about a backup without unpacking it.

    `schemas` has the version of each database's tables, `counts` what the databases hold, `pilares` the version that
    made the backup, `embedder` whose vectors are stored.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    pilares: str
    created: datetime
    embedder: str | None
    schemas: dict[str, str]
    counts: dict[str, int]
    members: dict[str, Member]


def parse(data: bytes) -> Manifest:
    """Read `manifest.json`. Raises InvalidRequest for one from a newer version, and for what is none."""
    try:
        found: Any = json.loads(data)
        if isinstance(found, dict) and isinstance(found.get("format"), int) and found["format"] > FORMAT:
            raise InvalidRequest(
                f"it was made by a newer Pilares ({found.get('pilares')}, format {found['format']}; this one knows "
                f"{FORMAT}). Update Pilares and restore again"
            )
        return Manifest.model_validate(found)
    except (ValueError, RecursionError, ValidationError):
        raise InvalidRequest(f"its {NAME} cannot be read. Use another backup") from None


def pilares_version() -> str:
    """The version of the installed package."""
    try:
        return version("pilares")
    except PackageNotFoundError:
        return "unknown"
