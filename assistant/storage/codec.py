"""An `Answer` as a row of the `answers` table, and back."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.engine import Row

from assistant.storage.folding import storable
from assistant.turn.answer import Answer, TaskState

_ANSWER = TypeAdapter(Answer)
_TASK: TypeAdapter[TaskState | None] = TypeAdapter(TaskState | None)
_PARTS = ("understanding", "route", "evidence", "citations", "support", "timings", "usage", "signals", "calls", "task")


def to_row(answer: Answer) -> dict[str, Any]:
    """The columns of `answers`, without `turn_id` and `created`."""
    whole = _ANSWER.dump_python(answer, mode="json")
    return {
        "id": answer.id,
        "text": storable(answer.text),
        "abstained": answer.abstained,
        "language": answer.understanding.language,
        "intent": answer.understanding.intent,
        "tier": answer.route.tier,
        "model": answer.route.model,
        "reason": answer.route.reason,
        "searched": answer.searched,
        **{part: whole[part] for part in _PARTS},
    }


def from_row(row: Row[Any], conversation_id: str, prefix: str = "") -> Answer:
    """The answer in a row whose columns of `answers` begin with `prefix`. Fields of newer versions are ignored."""
    values = row._mapping
    plain = ("id", "text", "abstained", "searched", *_PARTS)
    return _ANSWER.validate_python(
        {"conversation_id": conversation_id, **{name: values[prefix + name] for name in plain}}
    )


def task_of(column: Any) -> TaskState | None:
    """The unfinished task in the column of that name."""
    return _TASK.validate_python(column)
