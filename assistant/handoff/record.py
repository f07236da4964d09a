"""What a hand-off is: who asked for a person, why, and what a colleague has to know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assistant.handoff.settings import Reason

State = Literal["open", "taken", "closed"]
STATES: tuple[State, ...] = ("open", "taken", "closed")


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a document that an answer rested on."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question as it was asked and what was answered, both cut; without `answered` nothing was."""

    asked: str
    answered: str
    quotes: tuple[Quote, ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The conversation for a colleague: the last exchanges, how many there were before, what stayed open.

    `request` are the words that led to the hand-off.
    """

    request: str
    exchanges: tuple[Exchange, ...] = ()
    earlier: int = 0
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What the person wrote after the hand-off."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handoff:
    """A conversation that was handed to a person. Until it is closed the assistant does not answer in it.

    `reply` is what `operator` answered in the end, where they have written it down.
    """

    id: str
    conversation_id: str
    user_id: str
    language: str
    reason: Reason
    urgency: str
    sentiment: str
    state: State
    summary: Summary
    messages: tuple[Message, ...]
    created: datetime
    updated: datetime
    reply: str = ""
    operator: str = ""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What a person said in the place of an answer, in a conversation that was handed over.

    `answer_id` is the assistant's last answer before that, whose question and evidence the reply is for.
    """

    answer_id: str
    user_id: str
    operator: str
    reply: str
    created: datetime
