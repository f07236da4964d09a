"""What went which way: answers with their route, usage and verdicts, for routing and for the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Row

from assistant.storage.database import Database
from assistant.storage.schema import answers, feedback, turns
from assistant.turn.answer import Evidence, Route, Understanding, Usage

_ROUTE, _USAGE, _UNDERSTANDING = TypeAdapter(Route), TypeAdapter(Usage), TypeAdapter(Understanding)
_EVIDENCE = TypeAdapter(tuple[Evidence, ...])


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as routing and the ledger see it; `up` and `down` count the current verdicts on it."""

    id: str
    created: datetime
    position: int
    abstained: bool
    understanding: Understanding
    route: Route
    usage: Usage
    seconds: float
    up: int
    down: int


class Traffic:
    """Reads the answers of everybody; only the operator is shown anything of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def answered(self, since: datetime | None = None, limit: int | None = None) -> Iterator[Answered]:
        """The answers since a moment, newest first."""
        with self._database.read() as connection:
            for row in connection.execute(_query(since, limit)):
                yield _answered(row)

    def evidence_of(self, answer_id: str) -> tuple[Evidence, ...]:
        """What was found for an answer; nothing when it is gone."""
        with self._database.read() as connection:
            found = connection.execute(sa.select(answers.c.evidence).where(answers.c.id == answer_id)).scalar()
        return _EVIDENCE.validate_python(found or [])

    def thumbs(self, since: datetime) -> dict[str, tuple[int, int]]:
        """Conversations with a thumb up, and down, by the adapter that read in them; down when both were given.

        Conversations are counted and not verdicts: a canary is drawn by conversation, and one person with many thumbs
        weighs no more than another.
        """
        adapter = answers.c.route["adapter"].as_string()
        down = sa.func.max(sa.case((feedback.c.verdict == "down", 1), else_=0))
        query = (
            sa.select(adapter, down)
            .select_from(answers)
            .join(turns, turns.c.id == answers.c.turn_id)
            .join(feedback, feedback.c.answer_id == answers.c.id)
            .where(feedback.c.is_current, answers.c.created >= since)
            .group_by(adapter, turns.c.conversation_id)
        )
        found = dict[str, tuple[int, int]]()
        with self._database.read() as connection:
            for name, is_down in connection.execute(query).all():
                if name:
                    up, down_ = found.get(name, (0, 0))
                    found[name] = (up + (not is_down), down_ + is_down)
        return found

    def routes(self, conversation_id: str, limit: int) -> list[Route]:
        """The routes of a conversation's last answers, newest first."""
        query = (
            sa.select(answers.c.route)
            .join(turns, turns.c.id == answers.c.turn_id)
            .where(turns.c.conversation_id == conversation_id, turns.c.state == "finished")
            .order_by(turns.c.position.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_ROUTE.validate_python(route) for route in connection.execute(query).scalars()]


def _query(since: datetime | None, limit: int | None) -> sa.Select[Any]:
    verdicts = (
        sa.select(
            feedback.c.answer_id,
            sa.func.sum(sa.case((feedback.c.verdict == "up", 1), else_=0)).label("up"),
            sa.func.sum(sa.case((feedback.c.verdict == "down", 1), else_=0)).label("down"),
        )
        .where(feedback.c.is_current)
        .group_by(feedback.c.answer_id)
        .subquery()
    )
    query = (
        sa.select(
            answers.c.id, answers.c.created, turns.c.position, answers.c.abstained, answers.c.understanding,
            answers.c.route, answers.c.usage, answers.c.timings, verdicts.c.up, verdicts.c.down,
        )
        .join(turns, turns.c.id == answers.c.turn_id)
        .outerjoin(verdicts, verdicts.c.answer_id == answers.c.id)
        .order_by(answers.c.created.desc(), answers.c.id)
    )  # fmt: skip
    if since is not None:
        query = query.where(answers.c.created >= since)
    return query if limit is None else query.limit(limit)


def _answered(row: Row[Any]) -> Answered:
    return Answered(
        row.id, row.created, row.position, row.abstained, _UNDERSTANDING.validate_python(row.understanding),
        _ROUTE.validate_python(row.route), _USAGE.validate_python(row.usage),
        float(row.timings.get("total_ms", 0.0)) / 1000, row.up or 0, row.down or 0,
    )  # fmt: skip
