"""Deleting everything that is kept of a person: begun in a journal, gone on with after a crash, told of, audited.

begun     the account is shut: no session, link or key is good any more
erased    store by store; whatever was erased already is no more found, so it may be done again from the start
done      the act is audited under the pseudonym
swept     what an answer in the making had still stored is gone too; then the journal forgets who it was
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from assistant.errors import AssistantError, InvalidRequest, NotFound
from assistant.personal.stores import STORES
from assistant.personal.subject import Places, Subject
from assistant.security.audit import Audit
from assistant.security.users import administrators, end_all
from assistant.storage.account_tables import api_keys, erasures, users
from connectors.errors import ConnectorError
from finetune.errors import FinetuneError

SWEPT_AFTER = timedelta(days=1)
ACT = "user.delete"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of a deletion: how much of each store is gone, or stays under `pseudonym`.

    `waiting` are the stores that could not be reached yet, and why; they are tried again at each start of the server,
    and once a day.
    """

    pseudonym: str
    counts: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)

    @property
    def waits(self) -> str:
        """The same in words for operators: paths and errors are in them."""
        return "; ".join(f"{name}: {why}" for name, why in self.waiting.items())

    @property
    def gone(self) -> dict[str, int]:
        """What was deleted, without what there was none of."""
        return {each.name: self.counts[each.name] for each in STORES if not each.stays and self.counts.get(each.name)}

    @property
    def kept(self) -> dict[str, int]:
        """What stays under the pseudonym."""
        return {each.name: self.counts[each.name] for each in STORES if each.stays and self.counts.get(each.name)}


def erase_person(places: Places, subject: Subject, actor: str) -> Erased:
    """Delete everything of somebody; `actor` is who wants it. Raises InvalidRequest for the last administrator,
    and NotFound for an account that is gone by now.

    What cannot be reached (a disk that is full, a training that holds the examples) waits, and is tried again.
    """
    return _go_on(places, _begun(places, subject, actor))


def resume(places: Places) -> list[Erased]:
    """Go on with deletions that a crash or an error has left, and sweep those of the last day once more."""
    with places.database.read() as connection:
        left = connection.execute(sa.select(erasures).where(erasures.c.person != "")).all()
    return [_go_on(places, row) if row.done is None else _swept(places, row) for row in left]


def _begun(places: Places, subject: Subject, actor: str) -> Row[Any]:
    """The line in the journal, a new one unless there is one; with it the account is shut."""
    with places.database.write() as connection:
        mine = sa.select(erasures).where(erasures.c.person == subject.id, erasures.c.done.is_(None))
        if (found := connection.execute(mine).first()) is not None:
            return found
        pseudonym = f"deleted-{uuid4().hex[:8]}"
        row = {
            "id": uuid4().hex, "person": subject.id, "name": subject.name, "pseudonym": pseudonym,
            "actor": pseudonym if actor in subject.names else actor, "counts": {}, "begun": places.now(),
        }  # fmt: skip
        connection.execute(sa.insert(erasures).values(**row))
        if subject.is_account:
            _shut(connection, subject, places.now())
        return connection.execute(mine).one()


def _shut(connection: Connection, subject: Subject, now: datetime) -> None:
    """Nobody comes in with the account from now on.

    Raises InvalidRequest when no administrator would be left, and NotFound when somebody else has just deleted it.
    """
    before = connection.execute(sa.select(users).where(users.c.id == subject.id)).first()
    if before is None:
        raise NotFound(f"There is no account {subject.name!r} any more. `pilares users list` shows them.")
    connection.execute(sa.update(users).where(users.c.id == subject.id).values(suspended=True))
    if before.role == "admin" and not before.suspended and not administrators(connection):
        raise InvalidRequest("No administrator would be left. Make somebody else one first.")
    end_all(connection, subject.id)
    open_keys = sa.update(api_keys).where(api_keys.c.user_id == subject.id, api_keys.c.revoked.is_(None))
    connection.execute(open_keys.values(revoked=now))


def _go_on(places: Places, row: Row[Any]) -> Erased:
    counts, waiting = dict(row.counts), dict[str, str]()
    for store in STORES:
        subject = _whose(places, row)
        try:
            erased = store.erase(places, subject)
        except (AssistantError, ConnectorError, FinetuneError) as error:
            waiting[store.name] = str(error)
            log.error("%s of %s could not be deleted yet: %s", store.name, row.pseudonym, error)
            if store.leads_on and not subject.is_account:
                break
            continue
        if erased:
            counts[store.name] = counts.get(store.name, 0) + erased
            _note(places, row.id, counts=counts)
    told = Erased(row.pseudonym, counts, waiting)
    if not waiting:
        _finish(places, row, told)
        places.database.settle()
    return told


def _finish(places: Places, row: Row[Any], told: Erased) -> None:
    """Write down that it is done, once; who may come back under the same id is forgotten at once."""
    now = places.now()
    forgotten = {} if _is_account(row) else {"person": "", "name": ""}
    with places.database.write() as connection:
        mine = sa.update(erasures).where(erasures.c.id == row.id, erasures.c.done.is_(None))
        first = bool(connection.execute(mine.values(done=now, **forgotten)).rowcount)
        if first:
            Audit.write(connection, now, row.actor, ACT, row.pseudonym, deleted=told.gone, renamed=told.kept)


def _swept(places: Places, row: Row[Any]) -> Erased:
    """Erase once more; after a day the journal forgets who it was."""
    told = _go_on(places, row)
    if not told.waiting and places.now() - row.done >= SWEPT_AFTER:
        _note(places, row.id, person="", name="")
    return told


def _note(places: Places, erasure: str, **values: Any) -> None:
    with places.database.write() as connection:
        connection.execute(sa.update(erasures).where(erasures.c.id == erasure).values(**values))


def _whose(places: Places, row: Row[Any]) -> Subject:
    """Whom a deletion is of: by the id alone as soon as an account of another person has the name."""
    named = sa.select(users.c.id).where(users.c.name == row.name, users.c.id != row.person)
    with places.database.read() as connection:
        taken = _is_account(row) and connection.execute(named).first() is not None
    return Subject(row.person, row.person if taken else row.name, _is_account(row), row.pseudonym)


def _is_account(row: Row[Any]) -> bool:
    return bool(row.person != row.name)
