"""What an adapter is: a capability card, and four methods between the platform's library and the core."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from connectors.answering import Source
from connectors.event import Attachment, Event, Place
from connectors.markdown.dialect import Dialect

Receive = Callable[[Sequence[Event]], Awaitable[None]]
"""Takes events durably: when it returns, they are stored, and the platform may be told so."""

Reasons = Literal["form", "choices", "with thumb", "commands"]
"""How a platform lets people say what was wrong with an answer.

form        a form opens, with a field for the reason and one for what should have been said
choices     a message asks, with buttons; an answer to it is what should have been said
with thumb  the platform's own thumb has a field for the reason; what should have been said is a command
commands    /bad and /correct: there is no form (Matrix, WhatsApp, e-mail, Chatwoot), or it is not used (Google Chat,
            Mattermost)
"""


@dataclass(frozen=True, slots=True)
class Card:
    """What a platform can do, and what it allows.

    `pace_s` are the least seconds between two messages to one channel, `live_s` between two updates of a message that
    is being written (in a direct talk, and elsewhere). `idempotent` is whether a message that is sent again under the
    same key appears once. `hands_over` is that the platform has people of its own: a conversation that is handed over
    is given to them, and what they give back is the bot's again. `window_s` is for how long after a person's last words
    the platform takes what nobody asked for; 0 for ever. `reasons` is how somebody says why after a thumb down.
    """

    platform: str
    dialect: Dialect
    edits: bool = False
    buttons: bool = False
    threads: bool = False
    ephemeral: bool = False
    idempotent: bool = False
    tells_bots: bool = True
    pace_s: float = 0.0
    live_s: tuple[float, float] = (1.0, 1.0)
    hands_over: bool = False
    window_s: float = 0.0
    reasons: Reasons = "commands"


@dataclass(frozen=True, slots=True)
class Post:
    """A message to be sent: the text in the platform's dialect, and the same without markup for when that is refused.

    `key` is the same when it is sent again. `judged` puts the thumbs under it; `only_for` is whom alone it is shown.
    `marked` is that the text is in the dialect; otherwise it is plain, and must not be read as markup. `generated` is
    that a model wrote it, `sources` are the documents behind the whole answer, for platforms that show both.
    `hands_over` is that the platform's own people have the conversation from this message on. `choices` are buttons to
    be put under it: the keys of reasons, whose words are `text(f"why_{key}", language)`.
    """

    place: Place
    text: str
    plain: str
    key: str
    reply_to: str = ""
    judged: bool = False
    only_for: str = ""
    language: str = "en"
    marked: bool = True
    generated: bool = False
    sources: tuple[Source, ...] = ()
    hands_over: bool = False
    choices: tuple[str, ...] = ()


class Adapter(Protocol):
    """One platform, through its library. Methods raise the errors of `connectors.errors`, never the library's."""

    card: Card

    async def listen(self, receive: Receive) -> None:
        """Hand on what comes in until cancelled. Raises ConnectionLost; it is called again then.

        A platform that calls us (a webhook) gets ready here, and waits.
        """

    async def send(self, post: Post) -> str:
        """Post a message, and give its id. Raises SendError."""

    async def edit(self, message_id: str, post: Post) -> None:
        """Replace a message; the same text again is no error. Raises SendError."""

    async def close(self) -> None:
        """Give everything back; may be called again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it came: nothing of it has been read yet. Header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str]
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform gets back, once the events are stored."""

    events: tuple[Event, ...] = ()
    status: int = 200
    body: str = ""
    media_type: str = "text/plain"


@runtime_checkable
class Hooked(Protocol):
    """An adapter that the platform calls at `/connectors/NAME`."""

    async def check(self, delivery: Delivery) -> Receipt:
        """The events of a delivery that really is the platform's. Raises DeliveryRefused before its body is parsed."""


class Preview(Protocol):
    """An answer that is shown while it is written, by a means that is the platform's own."""

    async def show(self, text: str) -> None:
        """Show the text so far (healed Markdown, the whole of it). Raises SendError, and nothing is lost by that."""

    async def end(self) -> str:
        """Finish, and give the id of the message it left behind, or "" when it left none."""


@runtime_checkable
class Previewing(Protocol):
    """An adapter with a way of its own to show an answer that is being written."""

    async def preview(self, place: Place, reply_to: str, person: str) -> Preview | None:
        """A preview in this place; None where there is none: messages are edited then, if they can be."""


@runtime_checkable
class Busying(Protocol):
    """An adapter that can say that somebody is at it."""

    async def busy(self, place: Place, text: str) -> None:
        """Say so ("typing", or a status of these words); called again every four seconds. Raises SendError."""


@runtime_checkable
class Fetching(Protocol):
    """An adapter that can get the files that people send."""

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """The content of a file. Raises FileTooLarge as soon as it is more than `limit` bytes, and SendError."""
