"""What a turn tells while it runs, in order: Understood, Found, Routed, Reading..., Wrote..., Revised?, Finished."""

from dataclasses import dataclass
from typing import Literal

from assistant.turn.answer import Answer, Evidence, Route, Understanding


@dataclass(frozen=True, slots=True)
class Understood:
    """The question has been understood; nothing was searched yet."""

    understanding: Understanding


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that will be put before the model, best first. Empty for small talk."""

    evidence: tuple[Evidence, ...]
    searched: int


@dataclass(frozen=True, slots=True)
class Routed:
    """A model was chosen; sent again when the turn escalates."""

    route: Route


@dataclass(frozen=True, slots=True)
class Reading:
    """Number `line` of `lines` is at work: a line or sentence that is judged, a section read, a paragraph written.

    Lines and sentences come before the first word of an answer; sections and paragraphs also between its parts.
    """

    line: int
    lines: int
    unit: Literal["line", "sentence", "section", "paragraph"] = "line"


@dataclass(frozen=True, slots=True)
class Wrote:
    """The next piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Revised:
    """The text streamed so far is replaced; `reason` is a message key that says why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete and stored."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn ended in an error a person can act on. What was asked is kept."""

    message: str
    conversation_id: str | None = None


TurnEvent = Understood | Found | Routed | Reading | Wrote | Revised | Finished | Failed
