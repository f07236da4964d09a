"""What visitors of websites are answered."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from assistant.handoff.record import State
from assistant.storage.records import TurnState, Verdict


class AboutShape(BaseModel):
    """How long a question may be, whether there is a person, and how else to reach one."""

    longest: int
    person: bool
    contact: str


class VisitorQuote(BaseModel):
    """A sentence that an answer rests on."""

    marker: int
    title: str
    quote: str
    page: int | None


class VisitorAnswer(BaseModel):
    """An answer with what it quotes."""

    id: str
    text: str
    abstained: bool
    language: str
    citations: list[VisitorQuote]


class VisitorTurn(BaseModel):
    """A question of the past and what came of it."""

    question: str
    state: TurnState
    answer: VisitorAnswer | None
    verdict: Verdict | None
    error: str


class VisitorHandoff(BaseModel):
    """Whether a person has the conversation, and what they answered."""

    state: State
    reply: str
    at: datetime


class VisitorConversation(BaseModel):
    """What was said so far."""

    turns: list[VisitorTurn]
    handoff: VisitorHandoff | None


class GivenVerdict(BaseModel):
    """The verdict, as it is kept."""

    verdict: Literal["up", "down"]
