"""What the turn at work reads with: one version of an adapter and one copy of the model, from its beginning to its end.

A promotion in the middle of a turn would otherwise have one version name a line and another put it in words. The note
travels with the turn's thread and the threads LangGraph runs its steps in, like `assistant.locality`.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol


class Held(Protocol):
    """What can be held: a copy of a model that stays loaded until it is let go."""

    def let_go(self, held: Any) -> None:
        """The turn is over."""


@dataclass(slots=True)
class Adapting:
    """One turn: `wanted` is the adapter chosen for it (empty: everybody's), `used` the one it has read with."""

    wanted: str = ""
    used: str = ""
    over: bool = False
    held: dict[Held, Any] = field(default_factory=dict)

    def release(self) -> None:
        """The turn is over: whatever it held may be freed."""
        self.over = True
        while self.held:
            engine, generation = self.held.popitem()
            engine.let_go(generation)


_current: ContextVar[Adapting | None] = ContextVar("pilares_adapting", default=None)


def follow(adapting: Adapting) -> None:
    """From here on, this thread and what it starts work on the turn of `adapting`."""
    _current.set(adapting)


def at_work() -> Adapting | None:
    """The turn at work, if one is and it is not over."""
    adapting = _current.get()
    return None if adapting is None or adapting.over else adapting
