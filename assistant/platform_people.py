"""People of chat platforms: the account that somebody has here, and the documents they may read."""

import logging
from collections.abc import Mapping

from assistant.errors import InvalidRequest, NotAllowed, NotFound
from assistant.messages import message
from assistant.security.person import EVERYONE
from assistant.security.user import LEAST_GROUPS
from assistant.security.users import Users
from connectors.core.parts import LONGEST_USER
from connectors.settings import ConnectorSettings

log = logging.getLogger(__name__)


class PlatformPeople:
    """What the tables of connectors say of the people of their platforms, with the accounts as they are now.

    Whom no table names reads what is for everyone.
    """

    def __init__(self, connectors: Mapping[str, ConnectorSettings], users: Users) -> None:
        self._connectors, self._users = connectors, users

    def groups_of(self, user_id: str) -> frozenset[str]:
        """The groups of whose conversation it is: `telegram:person/4711`, or that of a channel, which all of it read.

        None of somebody whose account is suspended or gone, nor where there is no such connector.
        """
        name, _, conversation = user_id.partition(":")
        settings = self._connectors.get(name)
        if settings is None:
            return frozenset()
        kind, _, person = conversation.partition("/")
        if kind != "person":
            return _of_channel(settings, conversation, cut=len(user_id) >= LONGEST_USER)
        try:
            return self.groups_for(settings.account_of(person), settings.groups_of(person) | LEAST_GROUPS)
        except NotAllowed:
            return frozenset()

    def groups_for(
        self, account: str, given: frozenset[str], *, alone: bool = True, language: str | None = None
    ) -> frozenset[str]:
        """`given`, and the groups of an account (empty: none) where nobody else reads the answer.

        Raises NotAllowed for an account that is suspended, or that there is not: it may have been deleted. Wherever
        its person speaks.
        """
        if not account:
            return given
        try:
            user = self._users.named(account)
        except (NotFound, InvalidRequest) as error:
            log.warning("a connector's `accounts` name one that there is not: %s", error)
            raise NotAllowed(message("account_gone", language)) from error
        if user.suspended:
            raise NotAllowed(message("account_suspended", language))
        return given | user.person().groups if alone else given


def _of_channel(settings: ConnectorSettings, conversation: str, *, cut: bool) -> frozenset[str]:
    """The groups of the channel that a conversation is in, by its id with or without a thread behind it."""
    if cut:  # a longer id was shortened, and may be another channel's
        return frozenset({EVERYONE})
    named = [
        channel for channel in settings.channels if conversation == channel or conversation.startswith(f"{channel}/")
    ]
    return frozenset(settings.policy(max(named, key=len, default="")).groups) | {EVERYONE}
