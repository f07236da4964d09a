"""What the API answers about the installation itself: health, costs, sources and jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from assistant.api.ports import PartState
from knowledge.sync.job import DocumentState, JobState


class HealthShape(BaseModel):
    """How the service is; `documents` only for whoever is signed in."""

    status: Literal["ok", "degraded", "starting"]
    parts: Mapping[str, PartState]
    documents: int = 0


class AliveShape(BaseModel):
    """The process lives."""

    status: Literal["alive"]


class ReadyShape(BaseModel):
    """Whether questions can be answered now."""

    status: Literal["ready", "not ready"]


class SumsShape(BaseModel):
    """Sums over answers."""

    answers: int
    input_tokens: int
    output_tokens: int
    cost: float
    wh: float
    gco2e: float


class SavedShape(BaseModel):
    """Money and energy."""

    cost: float
    wh: float
    gco2e: float


class EstimateShape(SavedShape):
    """What the large model alone would have cost, and how that was found."""

    method: str


class LedgerShape(SumsShape):
    """What answers cost, by tier and by day."""

    since: datetime | None
    escalated: int
    by_tier: Mapping[str, SumsShape]
    by_day: Mapping[str, SumsShape]
    methods: Mapping[str, int]
    always_llm: EstimateShape
    saved: SavedShape


class JudgedShape(BaseModel):
    """Answers, how many of them were withheld, and the thumbs they have now."""

    answers: int
    withheld: int
    up: int
    down: int


class SecondsShape(BaseModel):
    """How long answers took; null while there are none."""

    median: float | None
    p95: float | None


class InsightsShape(JudgedShape):
    """How the answers of a period were, all together and by kinds; `routes` counts the reasons of their routes."""

    since: datetime | None
    escalated: int
    seconds: SecondsShape
    routes: Mapping[str, int]
    by_intent: Mapping[str, JudgedShape]
    by_language: Mapping[str, JudgedShape]
    by_tier: Mapping[str, JudgedShape]
    by_sentiment: Mapping[str, JudgedShape]
    by_urgency: Mapping[str, JudgedShape]
    by_day: Mapping[str, JudgedShape]


class ProgressShape(BaseModel):
    """How far a job has come."""

    done: int
    total: int
    unchanged: int
    skipped: int
    states: Mapping[DocumentState, int]


class JobShape(BaseModel):
    """A sync of a source; `seconds_left` is null while it cannot be told."""

    id: int
    source: str
    state: JobState
    cause: str
    error: str | None
    retry_of: int | None
    whole: bool
    cancelling: bool
    requested: datetime
    started: datetime | None
    finished: datetime | None
    progress: ProgressShape
    seconds_left: float | None


class JobDocumentShape(BaseModel):
    """A document in a job."""

    name: str
    state: DocumentState
    error: str | None


class WholeJob(JobShape):
    """A job with its documents."""

    documents: list[JobDocumentShape]


class JobList(BaseModel):
    """Jobs, newest first."""

    jobs: list[JobShape]


class SourceShape(BaseModel):
    """A source and how it stands with it; `kind` is null when it is no longer configured."""

    name: str
    kind: str | None
    options: Mapping[str, Any]
    groups: list[str] | None
    tags: list[str]
    every_minutes: float | None
    fixed: bool
    documents: int
    failures: int
    next: datetime | None
    last: JobShape | None


class SourceList(BaseModel):
    """All sources."""

    sources: list[SourceShape]
