"""The refusals of Teams in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.errors import MarkupRefused, NotNow, NotPossible, SendError, SlowDown

if TYPE_CHECKING:
    import httpx

_LATER = {401, 408, 412, 425}
"""Besides what every server means by 5xx: a token that has just ended, and what Teams says to try again (412)."""


@contextmanager
def sending() -> Iterator[None]:
    """Turns the library's errors of a call that sends into SendErrors."""
    import httpx

    try:
        yield
    except httpx.HTTPStatusError as error:
        raise _refused(error.response) from None
    except httpx.HTTPError as error:
        raise NotNow(f"Teams could not take the message ({type(error).__name__}). It is tried again.") from None


def _refused(response: "httpx.Response") -> SendError:
    status = response.status_code
    if status == 429:
        return SlowDown(_seconds(response.headers.get("Retry-After", "")))
    if status >= 500 or status in _LATER:
        return NotNow(f"Teams could not take the message ({status}). It is tried again.")
    if status == 400:
        return MarkupRefused("Teams does not accept a message as it is (400); it is sent as plain text.")
    return NotPossible(f"Teams will not take this message ({status}).")


def _seconds(words: str) -> float:
    try:
        return max(0.0, float(words))
    except ValueError:
        return 1.0
