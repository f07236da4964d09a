"""The assistant as connectors see it: a turn in, a stream of events out."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol

from connectors.event import Attachment


@dataclass(frozen=True, slots=True)
class Turn:
    """What is asked, by whom, where.

    `user` is unique over all platforms ("telegram:4711"). `groups` decide which documents may be read. `conversation`
    is the assistant's own id of it, None for a new one. `model` and `profile` say who should answer. `handed_back` is
    that a person had the conversation, and has given it back: its hand-off is closed. `account` is the name of the
    account that the person has at the assistant's, empty for none; its groups count when they are `alone` with the
    answer.
    """

    text: str
    user: str
    groups: frozenset[str]
    conversation: str | None = None
    language: str | None = None
    model: Literal["auto", "slm", "llm"] = "auto"
    profile: Literal["auto", "auto-cheap", "auto-quality", "local-only"] | None = None
    attachments: tuple[Attachment, ...] = ()
    handed_back: bool = False
    account: str = ""
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Wrote:
    """The next piece of the text, Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Revised:
    """What was written so far is replaced."""

    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A document that the answer rests on; `number` is the marker in the text."""

    number: int
    title: str
    page: int | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer. `backed` is whether documents bear it out; `silent` that a person has the conversation now.

    A silent answer is not posted: what was written reached the colleague.
    """

    answer: str
    conversation: str
    text: str
    language: str = "en"
    sources: tuple[Source, ...] = ()
    backed: bool = True
    silent: bool = False
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer; `text` can be shown to the person."""

    text: str
    conversation: str | None = None


AnswerEvent = Wrote | Revised | Answered | Failed


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person says of an answer. `correction` is what should have been said.

    `user` is whose conversation it is in, as in the turn; `person` who says it, which in a channel is another, and
    `account` what account they have.
    """

    answer: str
    user: str
    person: str
    platform: str
    verdict: Literal["up", "down"]
    reason: str = ""
    correction: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """A file that somebody sent into a conversation (None for a new one); `user` and `account` as in the turn."""

    user: str
    conversation: str | None
    name: str
    content: bytes
    language: str | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The conversation that has the file now; `trouble` says why it does not, in words for the person.

    It is "" where none was begun for a file that is not taken.
    """

    conversation: str
    trouble: str = ""


class Assistant(Protocol):
    """Whatever answers. No method may block the event loop."""

    def answer(self, turn: Turn) -> AsyncGenerator[AnswerEvent, None]:
        """The events of one turn; the last is Answered or Failed. Closing the generator stops it."""

    async def judge(self, judgement: Judgement) -> bool:
        """Keep what a person says of an answer; False when there is no such answer for them."""

    async def keep(self, offered: OfferedFile) -> KeptFile:
        """Make a file a document that this conversation alone sees; the same one again changes nothing."""
