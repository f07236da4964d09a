"""What the repository hands out: conversations, their turns, and people's verdicts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assistant.turn.answer import Answer

TurnState = Literal["running", "finished", "failed", "interrupted", "superseded"]
Verdict = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation of one person. `title` is empty until the first question or a rename."""

    id: str
    user_id: str
    title: str
    language: str | None
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """One verdict of one person on one answer; `current` is False for verdicts that a later one replaced."""

    id: str
    answer_id: str
    user_id: str
    verdict: Verdict
    reason: str
    correction: str
    surface: str
    current: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was literally asked, and what came of it.

    `partial` is what had been written when the turn was interrupted, `documents` (ids) what was found for it,
    None where nobody knows; `error` what a failed turn told the person,
    `feedback` the current verdict of the conversation's owner.
    """

    id: str
    conversation_id: str
    position: int
    question: str
    state: TurnState
    created: datetime
    partial: str = ""
    error: str = ""
    answer: Answer | None = None
    feedback: Feedback | None = None
    documents: Collection[str] | None = None
