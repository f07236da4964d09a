"""Periods that figures are asked for."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query, Request

from assistant.api.errors import language_of
from assistant.errors import InvalidRequest
from assistant.messages import message

Since = Annotated[datetime | None, Query()]


def start_of(request: Request, since: datetime | None) -> datetime | None:
    """When a period begins, in UTC, which is meant where no zone is named. Raises InvalidRequest."""
    if since is None:
        return None
    try:
        return since.astimezone(UTC) if since.tzinfo else since.replace(tzinfo=UTC)
    except OverflowError:
        detail = f"since: {since.isoformat()}"
        raise InvalidRequest(message("malformed_request", language_of(request), detail=detail)) from None
