"""What the REST API answers, as documented shapes. Whatever has a value object of its own is described by it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from assistant.handoff.record import Handoff
from assistant.security.allowance import Allowance
from assistant.security.rights import Right, Role
from assistant.storage.records import TurnState, Verdict
from assistant.turn.answer import Citation, Finding, Route, Support, Timings, ToolCall, Usage
from knowledge.passage import Sentence


class UnderstandingShape(BaseModel):
    """What was found out about a text, and how."""

    confidence: float
    rewritten: bool
    in_scope: bool
    standalone: bool
    answerable: float
    sentiment: str
    urgency: str
    findings: list[Finding]


class EvidenceShape(BaseModel):
    """A passage that was read; offsets count in the document's text."""

    number: int
    relevance: float
    document_id: str
    document: str
    title: str
    heading: list[str]
    page: int | None
    text: str
    start: int
    end: int
    best: Sentence


class TaskShape(BaseModel):
    """What waits for the person's next words."""

    tool: str
    asked: str


class AnswerShape(BaseModel):
    """An answer, as `pilares ask --json` prints it."""

    id: str
    conversation_id: str
    answer: str
    abstained: bool
    language: str
    intent: str
    question: str
    understanding: UnderstandingShape
    route: Route
    citations: list[Citation]
    support: list[Support]
    passages: list[EvidenceShape]
    searched: int
    signals: Mapping[str, float]
    timings: Timings
    usage: Usage
    calls: list[ToolCall]
    task: TaskShape | None


class FeedbackShape(BaseModel):
    """A verdict on an answer."""

    id: str
    answer_id: str
    verdict: Verdict
    reason: str
    correction: str
    created: datetime


class TurnShape(BaseModel):
    """A question and what came of it."""

    id: str
    question: str
    state: TurnState
    created: datetime
    partial: str
    error: str
    answer: AnswerShape | None
    feedback: FeedbackShape | None


class ConversationShape(BaseModel):
    """A conversation without its turns."""

    id: str
    title: str
    language: str | None
    created: datetime
    updated: datetime


class WholeConversation(ConversationShape):
    """A conversation with its turns, oldest first."""

    turns: list[TurnShape]


class ConversationList(BaseModel):
    """The latest conversations, newest first."""

    conversations: list[ConversationShape]


class AppointmentShape(BaseModel):
    """An appointment, and the address of its calendar file."""

    id: str
    service: str
    starts: datetime
    ends: datetime
    name: str
    contact: str
    file: str


class AppointmentList(BaseModel):
    """The person's appointments that are still to come."""

    appointments: list[AppointmentShape]


class MeShape(BaseModel):
    """Who is asking, and what they may do."""

    id: str
    name: str
    groups: list[str]
    rights: list[Right]


class KeyShape(BaseModel):
    """A key without its secret."""

    id: str
    owner: str
    name: str
    scopes: list[str]
    budget: Allowance
    created: datetime
    expires: datetime
    revoked: datetime | None


class MadeKey(KeyShape):
    """A new key; its secret is shown this once."""

    key: str


class KeyList(BaseModel):
    """Keys, newest first."""

    keys: list[KeyShape]


class UserShape(BaseModel):
    """An account."""

    id: str
    name: str
    role: Role
    groups: list[str]
    suspended: bool
    invited: bool
    created: datetime


class TroubleShape(BaseModel):
    """The last trouble of a connector, and whether it is still there."""

    text: str
    at: datetime | None
    now: bool


class ConnectorShape(BaseModel):
    """How a connector to a chat platform is, with how much waits in it."""

    name: str
    platform: str
    state: str
    last_event: datetime | None
    last_sent: datetime | None
    to_answer: int
    to_send: int
    held: int
    given_up: int
    refused: int
    error: TroubleShape | None


class ConnectorList(BaseModel):
    """All connectors, those that are switched off among them."""

    connectors: list[ConnectorShape]


class ErasedShape(BaseModel):
    """What became of a person's data: how much of each store is gone, and how much stays under a pseudonym.

    `waits` names what could not be reached yet and is deleted later.
    """

    pseudonym: str
    deleted: dict[str, int]
    renamed: dict[str, int]
    waits: str


class InvitedUser(UserShape):
    """A new account, and the link that lets its person choose a password."""

    link: str


class UserList(BaseModel):
    """All accounts."""

    users: list[UserShape]


class LinkShape(BaseModel):
    """A link that lets its person choose a password, once."""

    link: str


class ActShape(BaseModel):
    """One administrative act."""

    at: datetime
    actor: str
    act: str
    target: str
    detail: Mapping[str, Any]


class ActList(BaseModel):
    """What was administered, newest first."""

    acts: list[ActShape]


class HandoffList(BaseModel):
    """Conversations that were handed to a person."""

    handoffs: list[Handoff]
