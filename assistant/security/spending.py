"""What was used, counted against what may be used: reserved before a model is asked, settled afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from assistant.errors import LimitReached
from assistant.messages import message
from assistant.security.allowance import Allowance
from assistant.storage.account_tables import spending
from assistant.storage.database import Database

Span = Literal["minute", "day"]
VISITOR = "visitor:"
"""Begins the names of payers who come once and never again: their counters are forgotten together."""
_LENGTH: Mapping[Span, timedelta] = {"minute": timedelta(minutes=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Use:
    """Something that is used: `tokens` read and written by models, `cost` in the currency of their prices."""

    requests: int = 0
    tokens: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Reserved:
    """What was put aside for one request, for whom and when."""

    payers: tuple[str, ...]
    at: datetime
    use: Use


class Spending:
    """Counters by payer and span of time, in the database, so that a restart forgets nothing.

    Spans begin at full minutes and at midnight, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._now = database, clock

    def reserve(self, payers: Mapping[str, Allowance], expected: Use, language: str | None = None) -> Reserved:
        """Put aside what a request will probably use, for all payers or for none.

        Raises LimitReached with the time until there is enough again.
        """
        now = self._now()
        with self._database.write() as connection:
            for payer, allowance in payers.items():
                for span in _LENGTH:
                    self._take(connection, payer, span, allowance, expected, now, language)
        return Reserved(tuple(payers), now, expected)

    def settle(self, reserved: Reserved, used: Use) -> None:
        """Put what was really used in the place of what was put aside."""
        tokens, cost = used.tokens - reserved.use.tokens, used.cost - reserved.use.cost
        with self._database.write() as connection:
            for payer in reserved.payers:
                for span in _LENGTH:
                    _add(connection, payer, span, _began(span, reserved.at), Use(0, tokens, cost))

    def used(self, payer: str, span: Span = "day") -> Use:
        """What a payer has used in the span that runs now."""
        with self._database.read() as connection:
            return _used(connection, payer, span, _began(span, self._now()))

    def _take(
        self, connection: Connection, payer: str, span: Span, allowance: Allowance, expected: Use, now: datetime,
        language: str | None,
    ) -> None:  # fmt: skip
        began = _began(span, now)
        _open(connection, payer, span, began)
        before = _used(connection, payer, span, began, lock=True)
        reached = _reached(span, allowance, before, expected)
        if reached is not None:
            ends = began + _LENGTH[span]
            when = ends.isoformat(timespec="seconds")
            raise LimitReached(message(reached, language, when=when), (ends - now).total_seconds())
        _add(connection, payer, span, began, expected)


def _reached(span: Span, allowance: Allowance, before: Use, expected: Use) -> str | None:
    """The key of the message that says what is used up."""
    if span == "minute":
        limits = [("limit_minute", before.requests + expected.requests, allowance.requests_per_minute)]
    else:
        limits = [
            ("limit_requests", before.requests + expected.requests, allowance.requests_per_day),
            ("limit_tokens", before.tokens + expected.tokens, allowance.tokens_per_day),
            ("limit_cost", before.cost + expected.cost, allowance.cost_per_day),  # type: ignore[list-item]
        ]
    return next((key for key, wanted, limit in limits if limit is not None and wanted > limit), None)


def _began(span: Span, moment: datetime) -> datetime:
    start = moment.replace(second=0, microsecond=0)
    return start if span == "minute" else start.replace(hour=0, minute=0)


def _open(connection: Connection, payer: str, span: Span, began: datetime) -> None:
    """A counter that stands at nothing, unless it is there; counters of the same kind that are over are forgotten."""
    over = began - _LENGTH[span]
    old = sa.delete(spending).where(spending.c.payer == payer, spending.c.span == span, spending.c.began < over)
    connection.execute(old)
    if span == "day" and payer.startswith(VISITOR):
        gone = sa.delete(spending).where(spending.c.payer.startswith(VISITOR), spending.c.began < over)
        connection.execute(gone)
    insert: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(spending)
    row = {"payer": payer, "span": span, "began": began, "requests": 0, "tokens": 0, "cost": 0.0}
    connection.execute(insert.values(**row).on_conflict_do_nothing())


def _counter(payer: str, span: Span, began: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(spending.c.payer == payer, spending.c.span == span, spending.c.began == began)


def _used(connection: Connection, payer: str, span: Span, began: datetime, *, lock: bool = False) -> Use:
    query = sa.select(spending).where(_counter(payer, span, began))
    row = connection.execute(query.with_for_update() if lock else query).first()
    return Use() if row is None else Use(row.requests, row.tokens, row.cost)


def _add(connection: Connection, payer: str, span: Span, began: datetime, use: Use) -> None:
    more = {
        "requests": spending.c.requests + use.requests,
        "tokens": spending.c.tokens + use.tokens,
        "cost": spending.c.cost + use.cost,
    }
    connection.execute(sa.update(spending).where(_counter(payer, span, began)).values(**more))
