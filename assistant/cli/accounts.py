"""The accounts of this installation, opened for a command; a running server may go on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.security.accounts import Accounts

ACTOR = "console"


@contextmanager
def opened_accounts() -> "Iterator[Accounts]":
    """The accounts; whoever may read the home folder may see to them."""
    from assistant.security.accounts import Accounts
    from assistant.settings import load_settings
    from assistant.storage.conversations import Conversations

    with Conversations.open(load_settings().conversations_url, recover=False) as conversations:
        yield Accounts(conversations.database)


def sign_in_path(token: str) -> str:
    """Where the owner of a one-time link goes, below the address of the server."""
    return f"/sign-in/{token}"
