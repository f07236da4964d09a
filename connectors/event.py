"""What comes in from a platform, in words that are the same for all of them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks. `id` is the platform's; `is_me` is this bot itself, `is_bot` any program."""

    id: str
    name: str = ""
    is_bot: bool = False
    is_me: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said: a channel, and the thread in it if there is one. `direct` is a talk with one person.

    A thread is one conversation. Without threads a direct talk is one, and so is a whole channel.
    """

    channel: str
    thread: str = ""
    direct: bool = False

    @property
    def conversation(self) -> str:
        """The key of the conversation; opaque to everything but equality."""
        return f"{self.channel}/{self.thread}" if self.thread else self.channel


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; `id` is what the platform gives it out for. `size` in bytes, 0 when unknown."""

    id: str
    name: str
    media_type: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What a person wrote, once: `event_id` is the same when the platform delivers it again.

    `to_me` is that the bot was named, answered to, or called by a command; `to_others` that somebody else was named.
    `position` orders the messages of a conversation; later ones are greater. `text` is without the bot's own name.
    `with_person` is that one of the platform's own people has the conversation: it is theirs to answer.
    `answers` is the message of this bot that it is an answer to, on platforms that ask in messages what was wrong.
    """

    event_id: str
    place: Place
    person: Person
    text: str
    message_id: str = ""
    to_me: bool = False
    to_others: bool = False
    position: float = 0.0
    attachments: tuple[Attachment, ...] = ()
    with_person: bool = False
    answers: str = ""
    kind: Literal["message"] = "message"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A thumb on a message of this bot, by a button, a reaction, or a form that asks why.

    `correction` is what should have been said; `said` is that it was written as a message, where others see it.
    """

    event_id: str
    place: Place
    person: Person
    message_id: str
    verdict: Literal["up", "down"]
    reason: str = ""
    correction: str = ""
    said: bool = False
    kind: Literal["verdict"] = "verdict"


Event = Message | Verdict
