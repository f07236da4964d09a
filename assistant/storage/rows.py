"""The single rows the repository works on: finding them for their owner, and turning them into records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from assistant.errors import NotFound
from assistant.storage.codec import from_row
from assistant.storage.records import Conversation, Feedback, Turn
from assistant.storage.schema import (
    answers,
    conversations,
    curated_answers,
    feedback,
    handoffs,
    raised_passages,
    responses,
    turns,
)
from assistant.turn.answer import Answer

TITLE_CHARS = 80


def title_of(question: str) -> str:
    """A conversation's first title: the beginning of its first question, cut between words."""
    line = " ".join(question.split())
    if len(line) <= TITLE_CHARS:
        return line
    return line[: TITLE_CHARS - 1].rsplit(" ", 1)[0][: TITLE_CHARS - 1] + "…"


def owned(connection: Connection, user_id: str, conversation_id: str, *, lock: bool = False) -> Row[Any]:
    """The conversation's row if it belongs to this person; `lock` keeps other writers out. Raises NotFound."""
    query = sa.select(conversations).where(
        conversations.c.id == conversation_id, conversations.c.user_id == user_id, conversations.c.deleted.is_(None)
    )
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound("There is no such conversation. It may have been deleted; start a new one.")
    return row


def turn_row(connection: Connection, turn_id: str) -> Row[Any]:
    """A turn, whoever it belongs to. Raises NotFound."""
    row = connection.execute(sa.select(turns).where(turns.c.id == turn_id)).first()
    if row is None:
        raise NotFound("There is no such question. Its conversation may have been deleted; start a new one.")
    return row


def answer_of(connection: Connection, user_id: str, answer_id: str) -> Answer:
    """An answer in one of this person's conversations. Raises NotFound."""
    query = (
        sa.select(answers, turns.c.conversation_id)
        .join(turns, turns.c.id == answers.c.turn_id)
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .where(answers.c.id == answer_id, conversations.c.user_id == user_id)
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("There is no such answer. Its conversation may have been deleted.")
    return from_row(row, row.conversation_id)


def update(connection: Connection, conversation_id: str, **values: Any) -> None:
    """Set columns of a conversation."""
    connection.execute(sa.update(conversations).where(conversations.c.id == conversation_id).values(**values))


def listing(user_id: str, limit: int, words: Sequence[str], surface: str = "") -> sa.Select[Any]:
    """A person's conversations of a surface, latest first, that hold all of these (folded) words."""
    query = (
        sa.select(conversations)
        .where(
            conversations.c.user_id == user_id,
            conversations.c.surface == surface,
            conversations.c.deleted.is_(None),
        )
        .order_by(conversations.c.updated.desc(), conversations.c.id)
        .limit(limit)
    )
    for word in words:
        said = sa.exists().where(
            turns.c.conversation_id == conversations.c.id,
            turns.c.state != "superseded",
            turns.c.searchable.contains(word, autoescape=True),
        )
        query = query.where(sa.or_(conversations.c.searchable.contains(word, autoescape=True), said))
    return query


def erase(connection: Connection, conversation_id: str, moment: datetime) -> None:
    """Erase what was said in a conversation and all that came of it; its bare row stays."""
    its_turns = sa.select(turns.c.id).where(turns.c.conversation_id == conversation_id)
    its_answers = sa.select(answers.c.id).where(answers.c.turn_id.in_(its_turns))
    for table in (handoffs, responses):
        connection.execute(sa.delete(table).where(table.c.conversation_id == conversation_id))
    its_feedback = sa.select(feedback.c.id).where(feedback.c.answer_id.in_(its_answers))
    connection.execute(sa.delete(raised_passages).where(raised_passages.c.feedback_id.in_(its_feedback)))
    connection.execute(sa.delete(curated_answers).where(curated_answers.c.conversation_id == conversation_id))
    connection.execute(sa.delete(feedback).where(feedback.c.answer_id.in_(its_answers)))
    connection.execute(sa.delete(answers).where(answers.c.turn_id.in_(its_turns)))
    connection.execute(sa.delete(turns).where(turns.c.conversation_id == conversation_id))
    update(connection, conversation_id, title="", searchable="", deleted=moment)


def conversation_of(row: Row[Any]) -> Conversation:
    """A row of `conversations` as people get it."""
    return Conversation(row.id, row.user_id, row.title, row.language, row.created, row.updated)


def turn_of(row: Row[Any], given: dict[str, Feedback]) -> Turn:
    """A row of `turns` joined with its answer (columns prefixed `answer_`) as people get it."""
    answer = from_row(row, row.conversation_id, "answer_") if row.answer_id else None
    return Turn(
        row.id, row.conversation_id, row.position, row.question, row.state, row.created, row.partial, row.error,
        answer, given.get(row.answer_id), row.documents,
    )  # fmt: skip
