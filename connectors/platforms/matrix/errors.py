"""Matrix's refusals in our words. The library gives them back in place of an answer, and raises aiohttp's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from connectors.errors import (
    ConnectionLost,
    ConnectorMisconfigured,
    NotNow,
    NotPossible,
    SendError,
    SlowDown,
)

UNTOLD_S = 5.0
"""How long to wait when the server does not say it."""
_TOKEN = {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED"}
_NEVER = {"M_FORBIDDEN", "M_NOT_FOUND", "M_TOO_LARGE", "M_BAD_JSON", "M_INVALID_PARAM", "M_UNKNOWN_ROOM"}


class Refused(Exception):
    """The server's refusal, as the library gave it."""

    def __init__(self, answer: Any) -> None:
        super().__init__(str(answer.status_code))
        self.code = str(answer.status_code or "")
        response = answer.transport_response
        self.status = int(response.status) if response is not None else 0
        header = str(response.headers.get("retry-after", "")) if response is not None else ""
        given = answer.retry_after_ms
        self.retry_after = given / 1000 if given else float(header) if header.isdecimal() else UNTOLD_S


def accepted(answer: Any) -> Any:
    """The answer. Raises Refused when it is none."""
    from nio import ErrorResponse

    if isinstance(answer, ErrorResponse):
        raise Refused(answer)
    return answer


@contextmanager
def sending() -> Iterator[None]:
    """Turns refusals and the library's errors into SendErrors."""
    import aiohttp
    from nio import LocalProtocolError

    try:
        yield
    except Refused as refused:
        raise _of(refused) from None
    except (aiohttp.ClientError, LocalProtocolError, OSError, ValueError) as error:
        raise NotNow(f"Matrix could not take the message ({type(error).__name__}). It is tried again.") from None


@contextmanager
def listening() -> Iterator[None]:
    """Turns refusals and the library's errors into ConnectionLost, for the token ConnectorMisconfigured."""
    import aiohttp
    from nio import LocalProtocolError

    try:
        yield
    except Refused as refused:
        if refused.code in _TOKEN:
            raise ConnectorMisconfigured(
                "The homeserver does not know the bot's token. Sign the bot in again, and set access_token as token in "
                "pilares.toml."
            ) from None
        raise ConnectionLost(
            f"The homeserver cannot be reached ({refused.code or refused.status}). It is tried again."
        ) from None
    except (aiohttp.ClientError, LocalProtocolError, OSError, ValueError) as error:
        raise ConnectionLost(f"The homeserver cannot be reached ({type(error).__name__}). It is tried again.") from None


def _of(refused: Refused) -> SendError:
    if refused.status == 429 or refused.code == "M_LIMIT_EXCEEDED":
        return SlowDown(refused.retry_after)
    if refused.code in _NEVER:
        return NotPossible(f"Matrix will not take this message ({refused.code}).")
    return NotNow(f"Matrix could not take the message ({refused.code or refused.status}). It is tried again.")
