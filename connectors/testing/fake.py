"""What a local server that plays a platform offers to whoever tries an adapter against it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

Fault = Literal["duplicate", "reorder", "429", "500", "slow", "drop", "expired", "markup", "bot", "forged", "gone"]
"""What can go wrong, the next so many times.

duplicate  an event is delivered twice, at the same time     drop     the connection is cut
reorder    two events come in the wrong order                expired  a running stream or preview ends
429        a message is refused with a time to wait          markup   the text's markup is not accepted
500        a message is refused for no reason                bot      whoever speaks next is a program
slow       an answer takes its time                          gone     the message to be edited is not there
forged     the next delivery is not signed as it should be
"""
SLOW_S = 0.3


class Faults:
    """How often each fault is still to happen."""

    def __init__(self) -> None:
        self._left: Counter[str] = Counter()
        self.happened: Counter[str] = Counter()

    def set(self, name: Fault, times: int = 1) -> None:
        """The next so many times."""
        self._left[name] += times

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._left.clear()

    def take(self, name: Fault) -> bool:
        """Whether it happens now."""
        if not self._left[name]:
            return False
        self._left[name] -= 1
        self.happened[name] += 1
        return True


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the bot as people see it, after edits. `text` has the platform's markup."""

    message_id: str
    channel: str
    text: str
    thread: str = ""
    judged: bool = False
    only_for: str = ""
    reply_to: str = ""


@runtime_checkable
class Attaching(Protocol):
    """A server on loopback whose people can send files; `fetched` counts how often it gave one out."""

    fetched: int

    def attach(self, name: str, content: bytes, media_type: str) -> None:
        """The next message that somebody writes has this file."""


@runtime_checkable
class Explaining(Protocol):
    """A server on loopback that has forms; `asked_why` is whether one is open."""

    asked_why: bool

    async def explain(self, reason: str, correction: str, *, person: str = "ana") -> None:
        """A person fills in the form that opened after a thumb down."""


class FakePlatform(Protocol):
    """A server on loopback with people on it.

    `settings` are those of an adapter that talks to this server. `texts` is every text that the bot ever showed, in
    edits, drafts and streams too; `busied` how often it said that somebody is at it. The person "me" is the bot itself.
    """

    settings: dict[str, Any]
    faults: Faults
    texts: list[str]
    busied: int

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A person writes: to the bot directly, or in a channel (in a thread of it). The id of the message."""

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A person presses a thumb under a message."""

    def thread_of(self, message_id: str) -> str:
        """The thread in which a message of a person is answered; empty where there are no threads."""

    def shown(self) -> Sequence[Shown]:
        """The bot's messages that are there now, oldest first."""

    async def again(self) -> None:
        """Deliver everything once more that was ever said or pressed."""
