"""What the REST API answers about documents, as documented shapes."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel


class DocumentShape(BaseModel):
    """A document in the list."""

    id: str
    name: str
    title: str
    language: str | None
    passages: int
    added: datetime | None
    source: str
    error: str | None
    superseded_by: str | None
    duplicate_of: str | None
    scans: int
    pinned: bool
    hidden: bool


class DocumentList(BaseModel):
    """Every document that the person may read."""

    documents: list[DocumentShape]


class DocumentText(BaseModel):
    """The stored text that offsets count in."""

    id: str
    text: str


class UploadShape(BaseModel):
    """What became of a file: `document` where it is in, `error` where it was refused."""

    name: str
    status: Literal["added", "unchanged", "refused"]
    document: DocumentShape | None = None
    error: str | None = None


class UploadList(BaseModel):
    """What became of the files, in their order."""

    results: list[UploadShape]


class RuleShape(BaseModel):
    """Who reads what lies in a folder of a source; "" is all of it."""

    source: str
    folder: str
    groups: list[str]


class GrantList(BaseModel):
    """Every rule, and the sources that are closed to all whom no rule names."""

    rules: list[RuleShape]
    restricted: list[str]


class RestrictedShape(BaseModel):
    """Whether a source is closed to all whom no rule names."""

    source: str
    restricted: bool


class AudienceShape(BaseModel):
    """Who reads a document, and why: set for itself, by a rule, its source is restricted, or as it came."""

    id: str
    groups: list[str]
    reason: Literal["own", "rule", "restricted", "given"]
    rule: RuleShape | None


class DocumentState(BaseModel):
    """What an operator has decided about a document."""

    id: str
    pinned: bool
    hidden: bool
    tags: list[str]
