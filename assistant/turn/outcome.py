"""What a strategy hands back (`assistant.turn.strategies`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.turn.answer import Citation, Evidence, Route, Support, TaskState, ToolCall


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a turn that a strategy took over. `task` is left open for the next turn.

    `text` with markers [1], [2], ... of `citations`.
    """

    text: str
    route: Route
    abstained: bool = False
    evidence: tuple[Evidence, ...] = ()
    citations: tuple[Citation, ...] = ()
    support: tuple[Support, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    task: TaskState | None = None
    searched: int = 0
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aside:
    """A question in the middle of a task: it is answered, then `text` takes the task up again. Without one it adds to
    the answer.

    With `when_withheld` it is said only after an answer that the documents do not give.
    """

    text: str
    task: TaskState | None = None
    when_withheld: bool = False
