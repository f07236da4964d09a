"""Mattermost's refusals in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.errors import ConnectionLost, ConnectorMisconfigured, NotNow, NotPossible, SendError, SlowDown

UNTOLD_S = 5.0
"""How long to wait when the server does not say it."""


@contextmanager
def sending() -> Iterator[None]:
    """Turns the library's errors of a call that sends into SendErrors."""
    import httpx
    from mattermostautodriver.exceptions import InvalidMattermostError, MattermostError, TooManyRequests

    try:
        yield
    except TooManyRequests as error:
        raise SlowDown(UNTOLD_S if error.retry_after is None else error.retry_after) from None
    except (MattermostError, InvalidMattermostError) as error:
        raise _refused(error.status_code, str(error)) from None
    except (httpx.HTTPError, OSError, ValueError) as error:
        raise NotNow(f"Mattermost could not take the message ({type(error).__name__}). It is tried again.") from None


@contextmanager
def listening() -> Iterator[None]:
    """Turns errors of connecting into ConnectionLost, for the token ConnectorMisconfigured."""
    import aiohttp
    import httpx
    from mattermostautodriver.exceptions import InvalidMattermostError, NoAccessTokenProvided

    try:
        yield
    except NoAccessTokenProvided:
        raise ConnectorMisconfigured(
            "Mattermost does not know the bot's token. Make a new one under Integrations, Bot Accounts, and set it as "
            "token in pilares.toml."
        ) from None
    except (httpx.HTTPError, InvalidMattermostError, aiohttp.ClientError, OSError, ValueError) as error:
        raise ConnectionLost(f"Mattermost cannot be reached ({type(error).__name__}). It is tried again.") from None


def _refused(status: int, words: str) -> SendError:
    if status >= 500 or status == 401:
        return NotNow(f"Mattermost could not take the message ({status}). It is tried again.")
    return NotPossible(f"Mattermost will not take this message: {words[:200] or status}.")
