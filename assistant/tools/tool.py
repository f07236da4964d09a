"""A tool as a turn sees it, wherever it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom a tool is called. `now` is aware, in the time zone of the calendar."""

    user_id: str
    conversation_id: str
    language: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool said.

    `ours` is text of this installation's own messages, said as it is; everything else is data that a model puts into
    words, and never an instruction. `file` is the address of a file for the person.
    """

    text: str
    ours: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What has to be asked before a tool can be called: for which argument, in which words."""

    argument: str
    text: str


class Form(Protocol):
    """How the arguments of a tool are collected from what a person says over several turns."""

    def read(self, said: str, asked: str, known: Arguments, offered: Arguments, caller: Caller) -> Arguments:
        """`known` with what a person's words add to it or change in it.

        `asked` is the argument that was asked for, or empty; `offered` is what a model took out of the same words.
        """

    def next(self, known: Arguments, caller: Caller) -> Ask | None:
        """What to ask next; None when the tool can be called."""

    def arguments(self, known: Arguments, caller: Caller) -> Arguments:
        """The exact arguments of the call, once nothing is left to ask."""

    def confirmation(self, arguments: Arguments, caller: Caller) -> str:
        """The question whether to call the tool with exactly these arguments; empty when it need not be asked."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: what it is called with (`parameters`, a JSON schema of an object), and how.

    A `dangerous` one changes something, or may: the person is asked before it is called. `run` raises ToolError with
    what went wrong in words for people. `examples` are things people say when they want it. `form` is how its
    arguments are collected; by default each one that is required is asked for by its description.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    run: Callable[[Arguments, Caller], Result]
    dangerous: bool = True
    source: str = ""
    examples: tuple[str, ...] = ()
    form: Form | None = None


class ToolError(Exception):
    """A tool could not do it; the message is for the person who asked."""
