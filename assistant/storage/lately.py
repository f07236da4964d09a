"""What the last answers of a conversation left behind, for whoever has to decide what comes next."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.storage.codec import task_of
from assistant.storage.schema import answers, turns
from assistant.turn.answer import TaskState

LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Lately:
    """`task` is what the newest answer left unfinished, `withheld` how many were withheld in a row up to now.

    `tasks` names the tools of all unfinished tasks of the last answers, also of those that went on since.
    """

    task: TaskState | None = None
    withheld: int = 0
    tasks: frozenset[str] = frozenset()


def lately_of(connection: Connection, conversation_id: str) -> Lately:
    """Read it from the last answers of the current branch."""
    query = (
        sa.select(answers.c.task, answers.c.abstained)
        .join(turns, answers.c.turn_id == turns.c.id)
        .where(turns.c.conversation_id == conversation_id, turns.c.state == "finished")
        .order_by(turns.c.position.desc())
        .limit(LOOKED_AT)
    )
    rows = connection.execute(query).all()
    tasks = [task_of(row.task) for row in rows]
    answered = next((place for place, row in enumerate(rows) if not row.abstained), len(rows))
    return Lately(tasks[0] if tasks else None, answered, frozenset(task.tool for task in tasks if task is not None))
