"""A person's conversations: as they may read them today, with everything that was said, and gone."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from assistant.api.wire import answer_json
from assistant.personal.rows import Json, plain, read_rows
from assistant.personal.subject import Places, Subject
from assistant.storage.codec import from_row
from assistant.storage.rows import erase
from assistant.storage.schema import answers, conversations, feedback, turns

AT_ONCE = 25
"""Conversations that are deleted in one transaction: others write in between."""
_LABELLED = [column.label(f"answer_{column.name}") for column in answers.c]
_OF_DOCUMENTS = ("passages",)
"""The organisation's own text, which was only shown."""


def ids_of(places: Places, subject: Subject) -> list[str]:
    """The ids of their conversations, those whose words are deleted already too."""
    query = sa.select(conversations.c.id).where(conversations.c.user_id == subject.id)
    with places.database.read() as connection:
        return list(connection.execute(query.order_by(conversations.c.created, conversations.c.id)).scalars())


def conversations_of(places: Places, subject: Subject) -> Iterator[Json]:
    """Each conversation with every question, also replaced ones, their answers and citations; one at a time.

    Of documents that they may not read any more nothing is shown, as everywhere.
    """
    for conversation_id in ids_of(places, subject):
        one = sa.select(conversations).where(conversations.c.id == conversation_id)
        with places.database.read() as connection:
            found = connection.execute(one).mappings().first()
        if found is not None:
            about = {name: value for name, value in found.items() if name not in ("user_id", "searchable")}
            yield {**plain(about), "turns": list(_turns(places, subject, conversation_id))}


def _turns(places: Places, subject: Subject, conversation_id: str) -> Iterator[Json]:
    query = (
        sa.select(turns, *_LABELLED)
        .outerjoin(answers, answers.c.turn_id == turns.c.id)
        .where(turns.c.conversation_id == conversation_id)
        .order_by(turns.c.position)
    )
    with places.database.read() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        yield {
            "id": row.id, "question": row.question, "state": row.state,
            "partial": places.conversations.begun(subject.id, row.partial, row.documents), "error": row.error,
            "created": plain(row.created), "ended": plain(row.ended), "answer": _answer(places, subject, row),
        }  # fmt: skip


def _answer(places: Places, subject: Subject, row: Any) -> Json | None:
    if row.answer_id is None:
        return None
    stored = from_row(row, row.conversation_id, "answer_")
    shown = answer_json(places.conversations.shown(subject.id, [stored])[0])
    about = {name: value for name, value in shown.items() if name not in _OF_DOCUMENTS}
    return {**plain(about), "task": plain(row.answer_task), "created": plain(row.answer_created)}


def erase_conversations(places: Places, subject: Subject) -> int:
    """Delete them and all that came of them (answers, verdicts, hand-offs, curated answers); returns how many."""
    gone, ids = 0, ids_of(places, subject)
    now = places.now()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with places.database.write() as connection:
            for each in some:
                erase(connection, each, now)
            gone += connection.execute(sa.delete(conversations).where(conversations.c.id.in_(some))).rowcount
    return gone


def feedback_of(places: Places, subject: Subject) -> Iterator[Json]:
    """Every verdict and correction of theirs, those that a later one replaced too."""
    mine = sa.select(feedback).where(feedback.c.user_id == subject.id).order_by(feedback.c.created)
    return read_rows(places, mine, ("user_id",))
