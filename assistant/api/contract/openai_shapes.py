"""What is answered under /v1, as far as clients of OpenAI's rely on it; `pilares` is what only Pilares says."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel


class ModelShape(BaseModel):
    """A name to ask by."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    pilares: Mapping[str, Any]


class ModelList(BaseModel):
    """Every name to ask by."""

    object: Literal["list"]
    data: list[ModelShape]


class ChoiceShape(BaseModel):
    """An answer; `message` has its words, or the tools that a model wants called."""

    index: int
    message: Mapping[str, Any]
    finish_reason: str | None


class CompletionShape(BaseModel):
    """A chat completion; one from the documents has `pilares`."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChoiceShape]
    usage: Mapping[str, Any]


class ResponseShape(BaseModel):
    """A response."""

    id: str
    object: Literal["response"]
    created_at: int
    status: Literal["completed", "failed", "in_progress", "incomplete"]
    error: Mapping[str, Any] | None
    model: str
    output: list[Mapping[str, Any]]
    usage: Mapping[str, Any] | None


class DeletedShape(BaseModel):
    """Something is gone."""

    id: str
    object: str
    deleted: bool


class VectorShape(BaseModel):
    """The vector of one text: numbers, or 32-bit floats in base64."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class VectorList(BaseModel):
    """Vectors in the order of their texts."""

    object: Literal["list"]
    data: list[VectorShape]
    model: str
    usage: Mapping[str, int]


class FileShape(BaseModel):
    """A document as a file; `bytes` is the length of the text that was read."""

    id: str
    object: Literal["file"]
    bytes: int
    created_at: int
    filename: str
    purpose: str
    status: str
    pilares: Mapping[str, Any]


class FileList(BaseModel):
    """The documents that the person may read."""

    object: Literal["list"]
    data: list[FileShape]
    has_more: bool
