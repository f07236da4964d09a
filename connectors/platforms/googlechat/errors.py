"""Google's refusals in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.errors import MarkupRefused, NotNow, NotPossible, SendError, SlowDown

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPICallError


@contextmanager
def sending() -> Iterator[None]:
    """Turns the library's errors of a call that sends into SendErrors."""
    import requests
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except GoogleAPICallError as error:
        raise _refused(error) from None
    except GoogleAuthError:
        raise NotNow("Google does not take the key of the service account just now. It is tried again.") from None
    except (requests.RequestException, RetryError, OSError) as error:
        raise NotNow(f"Google Chat cannot be reached ({type(error).__name__}). It is tried again.") from None


def _refused(error: "GoogleAPICallError") -> SendError:
    status = int(error.code or 500)
    if status == 429:
        headers = getattr(error.response, "headers", None) or {}
        given = str(headers.get("Retry-After", ""))
        return SlowDown(float(given) if given.isdecimal() else 1.0)
    if status >= 500 or status in (401, 408):
        return NotNow(f"Google Chat could not take the message ({status}). It is tried again.")
    if status == 400:
        return MarkupRefused("Google Chat does not accept a message as it is (400); it is sent as plain text.")
    return NotPossible(f"Google Chat will not take this message ({status}).")
