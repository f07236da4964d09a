"""WhatsApp's refusals in our words (https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes)."""

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
    from pywa.errors import WhatsAppError

# Seconds to wait, where the answer does not say it: the throughput of a number, of a pair, of an app, and of one that
# people have complained of.
_SLOW = {130429: 2.0, 131056: 6.0, 4: 60.0, 80007: 60.0, 131064: 60.0, 133016: 60.0, 131048: 600.0}
_TOKEN = {0, 3, 10, 190, 131005}
_THEIRS = {1, 2, 131000, 131016, 133004, 135000}
_FORM = {100, 131008, 131009}
WINDOW = 131047


@contextmanager
def sending() -> Iterator[None]:
    """Turns the library's errors of a call that sends into SendErrors."""
    import httpx
    from pywa.errors import WhatsAppError

    try:
        yield
    except WhatsAppError as error:
        raise _refused(error) from None
    except (httpx.HTTPError, OSError, ValueError, KeyError) as error:
        raise NotNow(f"WhatsApp could not take the message ({type(error).__name__}). It is tried again.") from None


@contextmanager
def listening() -> Iterator[None]:
    """Turns the library's errors of a call that asks into ConnectionLost, for the token ConnectorMisconfigured."""
    import httpx
    from pywa.errors import WhatsAppError

    try:
        yield
    except WhatsAppError as error:
        if _about_token(error.code):
            raise ConnectorMisconfigured(
                f"WhatsApp does not take the token for this number ({error.code}). Make one for a system user with "
                "whatsapp_business_messaging, and set it as token in pilares.toml."
            ) from None
        raise ConnectionLost(f"WhatsApp cannot be reached ({error.code}). It is tried again.") from None
    except (httpx.HTTPError, OSError, ValueError) as error:
        raise ConnectionLost(f"WhatsApp cannot be reached ({type(error).__name__}). It is tried again.") from None


def _refused(error: "WhatsAppError") -> SendError:
    code, status = error.code, error.status_code or 0
    if code in _SLOW or status == 429:
        return SlowDown(_wait(error))
    if status >= 500 or code in _THEIRS or error.is_transient or _about_token(code):
        return NotNow(f"WhatsApp could not take the message ({code}). It is tried again.")
    if code == WINDOW:
        return NotPossible("Nothing may be sent to somebody who has not written for 24 hours, but templates.")
    if code in _FORM:
        return MarkupRefused(f"WhatsApp does not accept a message ({code}); it is sent without marks.")
    return NotPossible(f"WhatsApp will not take this message ({code} {error.message[:200]}).")


def _about_token(code: int) -> bool:
    return code in _TOKEN or 200 <= code < 300


def _wait(error: "WhatsAppError") -> float:
    given = error.raw_response.headers.get("retry-after", "") if error.raw_response is not None else ""
    return float(given) if given.isdecimal() else _SLOW.get(error.code, 5.0)
