"""What can go wrong between a chat platform and the assistant.

    ConnectorError
    ├── ConnectorMisconfigured  a setting is missing or wrong: no secret, nobody may talk, no such platform
    ├── LibraryMissing          the platform's library is not installed
    ├── StoreError              the tables of the connectors cannot be read or written
    ├── DeliveryRefused         what came in is not from the platform: no or another signature, too old, not readable
    ├── ConnectionLost          the platform cannot be reached, or closed the connection; it is tried again
    ├── FileTooLarge            a file that somebody sent is larger than is allowed; the rest of it is not fetched
    └── SendError               a message was not taken
        ├── SlowDown            too many; `retry_after` says how many seconds to wait
        ├── NotNow              the platform has trouble of its own, or did not answer; it is tried again
        ├── MarkupRefused       the marked text is not accepted; the plain text is sent in its place
        └── NotPossible         it never will be: the channel is gone, the bot was blocked or removed

Each message says what happened, why, and what to do next. None of them ever holds a secret.
"""


class ConnectorError(Exception):
    """Base of everything this package raises on purpose."""


class ConnectorMisconfigured(ConnectorError):
    """A setting is missing, wrong, or contradicts another."""


class LibraryMissing(ConnectorError):
    """The library of a platform is not installed."""


class StoreError(ConnectorError):
    """The inbox, the outbox or another table cannot be read or written."""


class DeliveryRefused(ConnectorError):
    """A webhook that is not taken; `status` is 401 or 403, 400 for what the platform itself would never send."""

    def __init__(self, reason: str, status: int = 401) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class ConnectionLost(ConnectorError):
    """The platform does not answer any more."""


class FileTooLarge(ConnectorError):
    """A file has more bytes than are allowed."""


class SendError(ConnectorError):
    """A message was not taken."""


class SlowDown(SendError):
    """Too many messages; none is taken for `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"The platform takes no more messages for {retry_after:g} s. They are sent after that.")
        self.retry_after = retry_after


class NotNow(SendError):
    """The platform has trouble of its own."""


class MarkupRefused(SendError):
    """The text's markup is not accepted."""


class NotPossible(SendError):
    """It makes no sense to try again."""
