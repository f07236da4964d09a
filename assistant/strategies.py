"""The shipped strategies of a turn, put together from the settings."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.handoff.settings import HandoffSettings
from assistant.storage.conversations import Conversations

if TYPE_CHECKING:
    from assistant.turn.strategies.handoff import Announce
    from assistant.turn.strategies.strategy import Strategy


def handing_over(
    settings: HandoffSettings, conversations: Conversations, announce: "Sequence[Announce]", local_user: str
) -> "list[Strategy]":
    """The strategy that hands conversations to people, where there are any."""
    from assistant.turn.strategies.handoff import HandoffStrategy

    if not settings.enabled:
        return []
    return [HandoffStrategy(conversations.handoffs, conversations, settings, announce, local_user=local_user)]
