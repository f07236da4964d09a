"""A mailbox through Python's own libraries: looked into now and then, answered in threads when the answer is whole."""

import asyncio
import logging
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from connectors.adapter import Card, Post, Receive
from connectors.errors import ConnectorError, FileTooLarge, NotNow, NotPossible
from connectors.event import Attachment, Event
from connectors.markdown.mail import MailHtml
from connectors.platforms.email import smtp
from connectors.platforms.email.imap import Fetched, Mailbox
from connectors.platforms.email.reading import event_of
from connectors.platforms.email.threads import Named, Threads, named_by
from connectors.platforms.email.writing import id_for, mail_of, recipients

if TYPE_CHECKING:
    from connectors.platforms.email.settings import EmailSettings

MOST_FILES = 4
"""So many of the largest size are fetched of a mail."""
log = logging.getLogger(__name__)


class EmailAdapter:
    """One mailbox."""

    def __init__(self, settings: "EmailSettings") -> None:
        self._settings = settings
        self._mailbox = Mailbox(settings)
        self._threads = Threads()
        self.card = Card("email", MailHtml(), buttons=True, threads=True, pace_s=1.0)

    async def listen(self, receive: Receive) -> None:
        """Look into the mailbox again and again; what was handed on is marked as read. Raises ConnectionLost."""
        while True:
            fetched = await asyncio.to_thread(self._mailbox.unread)
            if fetched:
                # Marked only when it is stored: whatever happens in between, it is found again.
                await receive(await asyncio.to_thread(self._read, fetched))
                await asyncio.to_thread(self._mailbox.seen, [each.uid for each in fetched])
            await asyncio.sleep(self._settings.poll_s)

    async def send(self, post: Post) -> str:
        """Send a mail. Raises SendError."""
        named = await self._named(post)
        mail = await asyncio.to_thread(mail_of, post, named, self._settings)
        await asyncio.to_thread(smtp.send, mail, recipients(post), self._settings)
        return id_for(post, self._settings)

    async def edit(self, message_id: str, post: Post) -> None:
        """A mail that was sent stays as it is. Raises NotPossible: another one is sent."""
        raise NotPossible("A mail cannot be changed after it was sent.")

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """What is attached to a mail, out of the mailbox again. Raises FileTooLarge and SendError."""
        message_id, _, number = attachment.id.rpartition("/")
        try:
            # In a mail a file takes a third more (base64), and others may stand before it.
            mail = await asyncio.to_thread(self._mailbox.whole, message_id, MOST_FILES * limit)
        except FileTooLarge:
            raise
        except ConnectorError as error:
            raise NotNow(str(error)) from None
        parts = list(mail.iter_attachments()) if mail is not None else []
        if int(number) >= len(parts):
            raise NotPossible("The mail is not in the mailbox any more.")
        content: Any = parts[int(number)].get_payload(decode=True)
        if not isinstance(content, bytes):
            raise NotPossible("What is attached is no file.")
        if len(content) > limit:
            raise FileTooLarge(f"A file has {len(content)} bytes.")
        return content

    async def close(self) -> None:
        """Leave the mailbox."""
        await asyncio.to_thread(self._mailbox.close)

    def _read(self, fetched: list[Fetched]) -> list[Event]:
        events = []
        for each in fetched:
            event = _event(each.mail, self._settings)
            if event is not None:
                events.append(event)
                if event.kind == "message":
                    self._threads.read(each.mail)
        return events

    async def _named(self, post: Post) -> Named:
        """What an answer in this thread names; after a restart the mailbox is asked."""
        root = post.place.thread
        known = self._threads.get(root)
        if known is not None or not root:
            return known or Named()
        try:
            mail = await asyncio.to_thread(self._mailbox.latest, root)
        except ConnectorError as error:
            log.info("a thread could not be looked up: %s", error)
            return Named()
        return named_by(mail) if mail is not None else Named()


def _event(mail: EmailMessage, settings: "EmailSettings") -> Event | None:
    """What a mail says; one that cannot be read says nothing."""
    try:
        return event_of(mail, settings)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, LookupError, RecursionError) as error:
        log.warning("a mail that cannot be read (%s) is passed over", type(error).__name__)
        return None


def build(settings: "EmailSettings") -> EmailAdapter:
    """The adapter; it needs no library but Python's."""
    return EmailAdapter(settings)
