"""Slack's refusals in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.errors import (
    ConnectionLost,
    ConnectorMisconfigured,
    MarkupRefused,
    NotNow,
    NotPossible,
    SendError,
    SlowDown,
)

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError

_AUTH = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type"}
_OURS = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
_MARKUP = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "markdown_text_conflict"}


@contextmanager
def sending() -> Iterator[None]:
    """Turns the library's errors of a call that sends into SendErrors."""
    import aiohttp
    from slack_sdk.errors import SlackApiError, SlackClientError

    try:
        yield
    except SlackApiError as error:
        raise _refused(error) from None
    except (TimeoutError, SlackClientError, aiohttp.ClientError) as error:
        raise NotNow(f"Slack could not take the message ({type(error).__name__}). It is tried again.") from None


@contextmanager
def listening() -> Iterator[None]:
    """Turns the library's errors of connecting into ConnectionLost, for the tokens ConnectorMisconfigured."""
    import aiohttp
    from slack_sdk.errors import SlackApiError, SlackClientError

    try:
        yield
    except SlackApiError as error:
        name = str(error.response.get("error", ""))
        if name in _AUTH:
            raise ConnectorMisconfigured(
                f"Slack does not take the tokens ({name}). Install the app again, and set both tokens in pilares.toml."
            ) from None
        raise ConnectionLost(f"Slack cannot be reached ({name}). It is tried again.") from None
    except (TimeoutError, SlackClientError, aiohttp.ClientError, OSError) as error:
        raise ConnectionLost(f"Slack cannot be reached ({type(error).__name__}). It is tried again.") from None


def _refused(error: "SlackApiError") -> SendError:
    response = error.response
    name = str(response.get("error", ""))
    if response.status_code == 429 or name == "ratelimited":
        return SlowDown(float(response.headers.get("Retry-After", 1)))
    if response.status_code >= 500 or name in _OURS:
        return NotNow(f"Slack could not take the message ({name or response.status_code}). It is tried again.")
    if name in _MARKUP:
        return MarkupRefused(f"Slack does not accept the blocks of a message ({name}); it is sent as plain text.")
    return NotPossible(f"Slack will not take this message ({name}).")
