"""Verdicts of people on answers: one current verdict per answer and person, the earlier ones kept."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from assistant.errors import InvalidRequest
from assistant.storage.folding import storable
from assistant.storage.records import Feedback, Verdict
from assistant.storage.schema import answers, feedback

MAX_REASON_CHARS = 1_000
MAX_CORRECTION_CHARS = 20_000


def check(verdict: str, reason: str, correction: str) -> None:
    """Raises InvalidRequest for a verdict that is neither "up" nor "down", and for texts that are too long."""
    if verdict not in ("up", "down"):
        raise InvalidRequest(f'The verdict {verdict!r} is not known. Use "up" or "down".')
    if len(reason) > MAX_REASON_CHARS or len(correction) > MAX_CORRECTION_CHARS:
        raise InvalidRequest(
            f"The feedback is too long: {MAX_REASON_CHARS} characters of reason and {MAX_CORRECTION_CHARS} of "
            "correction are kept. Shorten it and send it again."
        )


def add(
    connection: Connection, answer_id: str, user_id: str, verdict: Verdict, reason: str, correction: str, surface: str
) -> Feedback:
    """Store a verdict and make it this person's current one on this answer."""
    # Verdicts on one answer take turns; SQLite has one writer anyway.
    connection.execute(sa.select(answers.c.id).where(answers.c.id == answer_id).with_for_update())
    mine = sa.and_(feedback.c.answer_id == answer_id, feedback.c.user_id == user_id)
    connection.execute(sa.update(feedback).where(mine, feedback.c.is_current).values(is_current=False))
    row: dict[str, Any] = {
        "id": uuid4().hex,
        "answer_id": answer_id,
        "user_id": user_id,
        "verdict": verdict,
        "reason": storable(reason),
        "correction": storable(correction),
        "surface": surface,
        "created": datetime.now(UTC),
    }
    connection.execute(sa.insert(feedback).values(**row, is_current=True))
    return Feedback(**row, current=True)


def with_earlier(
    connection: Connection, user_id: str, answer_id: str, verdict: Verdict, reason: str, correction: str
) -> tuple[str, str]:
    """Reason and correction; what is empty is as this person said it before, when the verdict was the same."""
    before = current_of(connection, user_id, [answer_id]).get(answer_id)
    if before is None or before.verdict != verdict:
        return reason, correction
    return reason or before.reason, correction or before.correction


def newest(
    connection: Connection, limit: int, verdict: Verdict | None, since: datetime | None, history: bool
) -> list[Feedback]:
    """Verdicts of everyone, newest first; only current ones unless `history`."""
    query = sa.select(feedback).order_by(feedback.c.created.desc(), feedback.c.id).limit(limit)
    if not history:
        query = query.where(feedback.c.is_current)
    if verdict is not None:
        query = query.where(feedback.c.verdict == verdict)
    if since is not None:
        query = query.where(feedback.c.created >= since)
    return [_record(row) for row in connection.execute(query)]


def current_of(connection: Connection, user_id: str, answer_ids: Iterable[str]) -> dict[str, Feedback]:
    """This person's current verdicts, by answer."""
    query = sa.select(feedback).where(
        feedback.c.user_id == user_id, feedback.c.is_current, feedback.c.answer_id.in_(list(answer_ids))
    )
    return {row.answer_id: _record(row) for row in connection.execute(query)}


def _record(row: Row[Any]) -> Feedback:
    return Feedback(
        row.id,
        row.answer_id,
        row.user_id,
        row.verdict,
        row.reason,
        row.correction,
        row.surface,
        row.is_current,
        row.created,
    )
