"""What the REST API answers about adapters, as documented shapes."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel


class VersionShape(BaseModel):
    """A version of an adapter. `gate` is "pass", why not, or "" before it; `error` says why it cannot be used."""

    name: str
    topic: str
    base: str | None
    created: str | None
    groups: list[str]
    gate: str
    withdrawn_rows: int
    error: str | None


class CanaryShape(BaseModel):
    """What serves a part of the conversations."""

    version: str
    percent: int


class ServingShape(BaseModel):
    """What serves under an alias, for which groups; "shipped" came with Pilares."""

    alias: str
    version: str
    groups: list[str]
    since: str | None
    by: str | None
    canary: CanaryShape | None


class AdapterList(BaseModel):
    """Every version, what serves, and why something does not."""

    versions: list[VersionShape]
    serving: list[ServingShape]
    problems: list[str]


class MoveShape(BaseModel):
    """A change of what serves: from `before` to `after`, by `who`."""

    when: str
    who: str
    action: Literal["promote", "rollback", "canary", "canary_stopped"]
    alias: str
    before: str
    after: str
    why: str
    percent: int


class WholeAdapter(VersionShape):
    """A version with its card, the record of its gate, and its changes."""

    card: Mapping[str, Any]
    gate_record: Mapping[str, Any]
    moves: list[MoveShape]
