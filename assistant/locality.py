"""A turn that may not leave this computer: noted once, asked wherever a model's address is handed out.

The note travels with the turn's thread and the threads LangGraph runs its steps in (they copy the context), so that no
step has to pass it on and none can forget to.
"""

from contextvars import ContextVar
from dataclasses import dataclass

from assistant.errors import ModelUnavailable
from assistant.loopback import stays_here


@dataclass(slots=True)
class Keeping:
    """Why a turn is kept on models of this computer; empty when it is not."""

    lock: str = ""


_current: ContextVar[Keeping | None] = ContextVar("pilares_keeping", default=None)


def follow(keeping: Keeping) -> None:
    """From here on, this thread and what it starts work on the turn of `keeping`."""
    _current.set(keeping)


def check_may_leave(name: str, url: str | None, *, trusted: bool = False) -> None:
    """Raises ModelUnavailable for a model elsewhere while the turn at work is kept here."""
    keeping = _current.get()
    if keeping is None or not keeping.lock or trusted or stays_here(url):
        return
    raise ModelUnavailable(
        f"{name} is not asked: this turn is kept on this computer ({keeping.lock.replace('_', ' ')}). "
        "`routing.privacy` and `trusted` of a model in pilares.toml decide that."
    )
