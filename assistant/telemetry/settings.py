"""Settings of traces."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _http_only(endpoint: str | None) -> str | None:
    if endpoint is not None and (urlsplit(endpoint).scheme not in {"http", "https"} or not urlsplit(endpoint).hostname):
        raise ValueError(f"{endpoint!r} is not an http(s) address")
    return endpoint


Callers = Literal["nobody", "accounts", "visitors"]
"""Who may say with `traceparent` which trace a turn belongs to, and so whether it is kept. Each has those before it."""


class TelemetrySettings(BaseModel):
    """Where traces go, and what is in them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: Annotated[str | None, AfterValidator(_http_only)] = Field(
        default=None,
        description="an OTLP/HTTP collector, such as http://localhost:4318; default: what OTEL_* variables say, if any",
    )
    content: bool = Field(
        default=False,
        description="questions, answers and prompts in traces, without personal data and keys; "
        "default: times, counts and names alone",
    )
    callers: Callers = Field(
        default="accounts",
        description="whose `traceparent` counts: nobody's, accounts' and their keys', or visitors' of websites too",
    )
