"""What a curated answer is: a question, a person's answer to it, and the sentences of documents it rests on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

State = Literal["served", "review", "retired"]
STATES: tuple[State, ...] = ("served", "review", "retired")


@dataclass(frozen=True, slots=True)
class Ground:
    """A sentence as it stood in a document: `document text[start:end] == quote`. `document` is its name."""

    document_id: str
    document: str
    title: str
    quote: str
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Curated:
    """A curated answer.

    `groups` may read all the documents it rests on; `author` wrote it, `approver` let it be served on the day
    `reviewed`, and from `expires` on it waits for somebody to look at it again. `why` says why it is not served. `row`
    is the reviewed example that it was made of, and `conversation_id` where that was said; empty for one written by
    hand.
    """

    id: str
    question: str
    answer: str
    language: str
    grounds: tuple[Ground, ...]
    groups: tuple[str, ...]
    author: str
    approver: str
    reviewed: date
    expires: date
    state: State
    created: datetime
    updated: datetime
    why: str = ""
    row: str = ""
    conversation_id: str = ""
