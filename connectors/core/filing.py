"""Files that people send: fetched from the platform, and given to the assistant as documents of their conversation."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from connectors.adapter import Fetching
from connectors.answering import OfferedFile
from connectors.core.clock import now
from connectors.core.parts import Parts
from connectors.errors import FileTooLarge, SendError
from connectors.event import Attachment, Message
from connectors.messages import text
from connectors.store import threads
from connectors.store.threads import Thread

log = logging.getLogger(__name__)
MOST_FILES = 10
"""Of one message, or of one burst."""
TRIES = 3
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Filed:
    """The conversation as it is now, the names of the files it has, and what is to be said of the others."""

    thread: Thread
    names: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def words(self, language: str) -> str:
        """What the person is told when nothing was asked with them."""
        kept = [text("files_kept", language, names=", ".join(self.names))] if self.names else []
        return "\n\n".join([*kept, *self.troubles])


class Filing:
    """Takes the files of one connector's messages."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def take(self, message: Message, thread: Thread) -> Filed:
        """Give each file to the assistant. Whatever is wrong with one is told, and holds up nothing. Raises StoreError.

        A file that is given again, after a kill, is the same document.
        """
        parts, adapter = self._parts, self._parts.adapter
        language = parts.language(message.place, thread)
        if not isinstance(adapter, Fetching) or not parts.settings.files:
            return Filed(thread, troubles=[text("files_not_taken", language)])
        filed = Filed(thread)
        for attachment in message.attachments[:MOST_FILES]:
            content = await self._content(adapter.fetch, attachment, language)
            if isinstance(content, str):
                filed.troubles.append(content)
            else:
                filed = await self._offer(message, attachment.name, content, filed, language)
        if len(message.attachments) > MOST_FILES:
            filed.troubles.append(text("files_too_many", language, most=MOST_FILES))
        return filed

    async def _content(
        self, fetch: Callable[[Attachment, int], Awaitable[bytes]], attachment: Attachment, language: str
    ) -> bytes | str:
        """The content of a file, or what is to be said of it."""
        limit = self._parts.settings.max_file_bytes
        too_large = text("file_too_large", language, name=attachment.name, limit=f"{limit / MEGABYTE:.0f} MB")
        if attachment.size > limit:
            return too_large
        for _ in range(TRIES):
            try:
                return await fetch(attachment, limit)
            except FileTooLarge:
                return too_large
            except SendError as error:
                log.info("%s: a file could not be fetched: %s", self._parts.connector, error)
        return text("file_gone", language, name=attachment.name)

    async def _offer(self, message: Message, name: str, content: bytes, filed: Filed, language: str) -> Filed:
        parts, thread = self._parts, filed.thread
        user = parts.user(message.place, message.person)
        account = parts.settings.account_of(message.person.id)
        offered = OfferedFile(user, thread.own_id or None, name, content, language, account)
        kept = await parts.assistant.keep(offered)
        if kept.conversation != thread.own_id:
            thread = replace(thread, own_id=kept.conversation)
            conversation = message.place.conversation
            await parts.journal.do(lambda c: threads.keep(c, parts.connector, conversation, thread, now()))
        if kept.trouble:
            filed.troubles.append(text("file_refused", language, name=name, why=kept.trouble))
        else:
            filed.names.append(name)
        return replace(filed, thread=thread)
