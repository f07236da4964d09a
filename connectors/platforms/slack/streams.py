"""Slack's streams: a text that grows by appending (chat.startStream). What was appended cannot be taken back.

So only what will not change any more is: whole blocks, and of the last paragraph the plain sentences that are complete.
When the text changes after all, the stream ends early, and the outbox replaces the message by the answer.
"""

from typing import TYPE_CHECKING

from connectors.errors import NotPossible
from connectors.markdown.commonmark import CommonMark
from connectors.markdown.parse import parse
from connectors.markdown.stable import stable
from connectors.platforms.slack.errors import sending

if TYPE_CHECKING:
    from slack_sdk.web.async_chat_stream import AsyncChatStream

MOST_CHARS = 11_000
"""Of the 12,000 that Slack takes; the rest of a longer answer comes in messages of its own."""


class Stream:
    """One stream in a thread."""

    def __init__(self, stream: "AsyncChatStream") -> None:
        self._stream = stream
        self._sent = ""

    async def show(self, text: str) -> None:
        """Append what is new and settled. Raises SendError."""
        settled = CommonMark(MOST_CHARS).render(stable(parse(text)))
        if not settled.startswith(self._sent):
            raise NotPossible("What was streamed has changed. The message is replaced by the answer.")
        added = settled[len(self._sent) :]
        if added.strip() and len(settled) <= MOST_CHARS:
            with sending():
                await self._stream.append(markdown_text=added)
            self._sent = settled

    async def end(self) -> str:
        """Stop it; a stream that has ended by itself left its message as well."""
        if self._stream.ts is None:
            return ""
        try:
            with sending():
                await self._stream.stop()
        except NotPossible:
            return self._stream.ts
        return self._stream.ts
