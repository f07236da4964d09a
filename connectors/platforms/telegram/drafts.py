"""Telegram's drafts: a text that grows in a direct talk and leaves no message behind (sendMessageDraft)."""

import secrets
from typing import TYPE_CHECKING

from connectors.markdown.parse import parse
from connectors.markdown.split import splitting
from connectors.platforms.telegram.errors import sending

if TYPE_CHECKING:
    import telegram

    from connectors.event import Place
    from connectors.markdown.dialect import Dialect


class Draft:
    """One draft. Of a text that takes several messages, the first is shown."""

    def __init__(self, bot: "telegram.Bot", place: "Place", dialect: "Dialect") -> None:
        self._bot = bot
        self._place = place
        self._dialect = dialect
        self._id = secrets.randbelow(2**31 - 1) + 1

    async def show(self, text: str) -> None:
        """Show the text so far. Raises SendError."""
        part = next(splitting(parse(text), self._dialect), ())
        thread = int(self._place.thread) if self._place.thread else None
        with sending():
            await self._bot.send_message_draft(
                int(self._place.channel), self._id, self._dialect.render(part), thread, "HTML"
            )

    async def end(self) -> str:
        """Nothing stays: the draft goes when the answer comes."""
        return ""
