"""What a strategy hands back, and what models cost it (`assistant.turn.strategies`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from langchain_core.messages import BaseMessage

from assistant.turn.answer import Citation, Evidence, Route, Support, TaskState, ToolCall


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a turn that a strategy took over. `task` is left open for the next turn.

    `text` with markers [1], [2], ... of `citations`; `spent` by models is added by the step that ran the strategy.
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
    """A question in the middle of a task: it is answered, then `text` takes the task up again."""

    text: str
    task: TaskState


@dataclass(slots=True)
class Spent:
    """What models did for a strategy: replies, and the tokens that they read and wrote."""

    replies: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def count(self, piece: BaseMessage) -> None:
        """Add what a piece of a reply says about its use."""
        used = getattr(piece, "usage_metadata", None)
        if used:
            self.input_tokens += used["input_tokens"]
            self.output_tokens += used["output_tokens"]
