"""Teams' streams, in direct talks: a text that only grows, shown for two minutes at most.

https://learn.microsoft.com/microsoftteams/platform/bots/streaming-ux
"""

from typing import TYPE_CHECKING

from connectors.errors import NotPossible
from connectors.markdown.parse import parse
from connectors.markdown.split import splitting
from connectors.markdown.stable import stable
from connectors.markdown.teams import TeamsMarkdown
from connectors.platforms.teams.errors import sending

if TYPE_CHECKING:
    from microsoft_teams.api.activities.message.message import MessageActivityInput
    from microsoft_teams.api.activities.typing import TypingActivityInput
    from microsoft_teams.api.clients.conversation import ConversationActivityClient

LONGEST_STATUS = 1000


class Stream:
    """One stream. It has to be ended, and the message that it leaves is replaced by the answer."""

    def __init__(self, client: "ConversationActivityClient", conversation: str) -> None:
        self._client = client
        self._conversation = conversation
        self._dialect = TeamsMarkdown()
        self._id = ""
        self._number = 0
        self._sent = self._last = ""

    async def show(self, text: str) -> None:
        """A status until the first sentence is there, then what is settled. Raises SendError."""
        blocks = parse(text)
        self._last = self._dialect.render(next(splitting(blocks, self._dialect), ()))
        settled = self._dialect.render(stable(blocks))
        if not settled.startswith(self._sent):
            raise NotPossible("What was streamed has changed. The message is replaced by the answer.")
        if self._dialect.length(settled) > self._dialect.limit:
            return
        if not self._number and not settled:
            await self._put(self._last[:LONGEST_STATUS], "informative")
        elif settled != self._sent:
            await self._put(settled, "streaming")
            self._sent = settled

    async def end(self) -> str:
        """Make a message of it."""
        if not self._id:
            return ""
        from microsoft_teams.api.activities.message.message import MessageActivityInput

        activity = MessageActivityInput(text=self._last or "…")
        activity.id = self._id
        try:
            await self._create(activity.add_ai_generated().add_stream_final())
        except NotPossible:  # it has ended by itself, and left its message as well
            return self._id
        return self._id

    async def _put(self, text: str, kind: str) -> None:
        from microsoft_teams.api.activities.typing import TypingActivityInput
        from microsoft_teams.api.models.channel_data import ChannelData

        activity = TypingActivityInput(text=text)
        activity.id = self._id or None
        activity.channel_data = ChannelData.model_validate({"streamType": kind})
        found = await self._create(activity.add_stream_update(self._number + 1))
        self._number += 1
        self._id = self._id or found

    async def _create(self, activity: "TypingActivityInput | MessageActivityInput") -> str:
        with sending():
            return (await self._client.create(self._conversation, activity)).id
        raise NotPossible("Teams did not take a message, and did not say why.")
