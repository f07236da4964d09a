"""Responses that programs can read again, and go on with, by their id.

Of an answer from the documents only its id is kept here: its words are read where it is stored, as its person may see
them then. What was put to a model itself is kept whole, and for a month.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from assistant.errors import NotFound
from assistant.storage.database import Database
from assistant.storage.folding import storable_json
from assistant.storage.schema import responses

KEPT = timedelta(days=30)
ChatMessages = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response. `given` are the messages it was asked with, in the form of chat requests; `about` is its object.

    `previous` is the one it went on from. `conversation_id` and `answer_id` are None for one of a model itself.
    """

    id: str
    previous: str | None
    conversation_id: str | None
    answer_id: str | None
    given: ChatMessages
    about: Mapping[str, Any]


class Responses:
    """Everybody's responses; each is reached through the person it belongs to."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database, self._now = database, clock

    def keep(self, user_id: str, response: StoredResponse) -> None:
        """Store one; those of anybody that are older than a month are forgotten."""
        now = self._now()
        row = {name: storable_json(getattr(response, name)) for name in StoredResponse.__slots__}
        with self._database.write() as connection:
            connection.execute(sa.delete(responses).where(responses.c.created < now - KEPT))
            connection.execute(sa.insert(responses).values(user_id=user_id, created=now, **row))

    def get(self, user_id: str, response_id: str) -> StoredResponse:
        """One of this person's. Raises NotFound."""
        mine = sa.select(responses).where(responses.c.id == response_id, responses.c.user_id == user_id)
        with self._database.read() as connection:
            row = connection.execute(mine).first()
        if row is None:
            raise NotFound(
                f"There is no response {response_id}. It was not stored, was deleted, or is older than {KEPT.days} "
                "days; send what was said as `input`."
            )
        return StoredResponse(row.id, row.previous, row.conversation_id, row.answer_id, row.given, row.about)

    def chain(self, user_id: str, response_id: str | None, limit: int) -> list[StoredResponse]:
        """A response and those before it, oldest first; at most the newest `limit`. Raises NotFound."""
        found: list[StoredResponse] = []
        while response_id is not None and len(found) < limit:
            found.append(self.get(user_id, response_id))
            response_id = found[-1].previous
        return found[::-1]

    def forget(self, user_id: str, response_id: str) -> StoredResponse:
        """Delete one of this person's. Its conversation stays. Raises NotFound."""
        found = self.get(user_id, response_id)
        with self._database.write() as connection:
            connection.execute(sa.delete(responses).where(responses.c.id == response_id))
        return found
