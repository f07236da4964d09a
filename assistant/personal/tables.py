"""Tables whose rows are a person's by one of their columns, and those in which they are only named."""

from collections.abc import Collection, Iterator
from hashlib import sha256

import sqlalchemy as sa

from assistant.personal.rows import Json, Mine, delete_rows, read_rows
from assistant.personal.store import Store
from assistant.personal.subject import Places, Subject
from assistant.security.spending import VISITOR
from assistant.storage.account_tables import api_keys, spending
from assistant.storage.schema import conversations, curated_answers, feedback, handoffs, raised_passages

_OTHERS = ("author", "approver")


def of_table(name: str, column: sa.Column[str], without: Collection[str] = (), mine: Mine | None = None) -> Store:
    """A store that is the rows of one table; `without` are columns that are secret, or not for people."""
    table = column.table
    assert isinstance(table, sa.Table)
    wanted: Mine = mine or (lambda subject: column == subject.id)

    def rows(places: Places, subject: Subject) -> Iterator[Json]:
        return read_rows(places, sa.select(table).where(wanted(subject)), without)

    def erase(places: Places, subject: Subject) -> int:
        return delete_rows(places.database, table, wanted(subject))

    return Store(name, {table.name: (column.name,)}, rows, erase)


def paid_by(subject: Subject) -> sa.ColumnElement[bool]:
    """The counters of a person and of their keys."""
    keys = sa.select(sa.literal("key:").concat(api_keys.c.id)).where(api_keys.c.user_id == subject.id)
    hashed = f"{VISITOR}{sha256(subject.id.encode()).hexdigest()[:40]}"
    return sa.or_(spending.c.payer.in_([f"person:{subject.id}", hashed]), spending.c.payer.in_(keys))


def erase_feedback(places: Places, subject: Subject) -> int:
    """Delete their verdicts, and that passages rise by them; returns how many."""
    mine = feedback.c.user_id == subject.id
    with places.database.write() as connection:
        given = sa.select(feedback.c.id).where(mine)
        connection.execute(sa.delete(raised_passages).where(raised_passages.c.feedback_id.in_(given)))
        return connection.execute(sa.delete(feedback).where(mine)).rowcount


def handoffs_of(places: Places, subject: Subject) -> Iterator[Json]:
    """Their conversations that were handed over: what they wrote and were answered, not by whom.

    The answers and quotes in the summary are those of the conversation, which is there as they may read it now.
    """
    query = sa.select(handoffs).where(handoffs.c.user_id == subject.id)
    for row in read_rows(places, query, ("user_id", "operator")):
        summary = row.pop("summary")
        yield {**row, "request": summary.get("request", ""), "open": summary.get("open", [])}


def erase_handoffs(places: Places, subject: Subject) -> int:
    """Delete them; returns how many."""
    return delete_rows(places.database, handoffs, handoffs.c.user_id == subject.id)


def curated_by(places: Places, subject: Subject) -> Iterator[Json]:
    """Answers for everybody that they wrote, or that came of what they said; of those that they approved, which."""
    wrote = sa.or_(curated_answers.c.author.in_(subject.names), _came_of(subject))
    for row in read_rows(places, sa.select(curated_answers).where(wrote), ("grounds", "row")):
        yield {name: value for name, value in row.items() if name not in _OTHERS or value in subject.names}
    columns = curated_answers.c
    approved = sa.select(columns.id, columns.approver, columns.reviewed, columns.state)
    yield from read_rows(places, approved.where(columns.approver.in_(subject.names), sa.not_(wrote)))


def rename_curated(places: Places, subject: Subject) -> int:
    """What they wrote or approved as one of the organisation stays, without their name; returns how many."""
    with places.database.write() as connection:
        changed = 0
        for column in (curated_answers.c.author, curated_answers.c.approver):
            named = sa.update(curated_answers).where(column.in_(subject.names))
            changed += connection.execute(named.values({column: subject.pseudonym})).rowcount
        return changed


def replies_by(places: Places, subject: Subject) -> Iterator[Json]:
    """Whom they answered as a colleague, by the hand-off: what was said there is the other's."""
    mine = sa.select(handoffs.c.id, handoffs.c.updated).where(_replied(subject))
    return read_rows(places, mine)


def rename_replies(places: Places, subject: Subject) -> int:
    """Those stay with whom they were for, without the name; returns how many."""
    with places.database.write() as connection:
        named = sa.update(handoffs).where(_replied(subject))
        return connection.execute(named.values(operator=subject.pseudonym)).rowcount


def _replied(subject: Subject) -> sa.ColumnElement[bool]:
    return handoffs.c.operator.in_(subject.names)


def _came_of(subject: Subject) -> sa.ColumnElement[bool]:
    own = sa.select(conversations.c.id).where(conversations.c.user_id == subject.id)
    return curated_answers.c.conversation_id.in_(own)
