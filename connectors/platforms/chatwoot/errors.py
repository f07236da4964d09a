"""Chatwoot's refusals in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from connectors.errors import MarkupRefused, NotNow, NotPossible, SendError, SlowDown


@contextmanager
def sending() -> Iterator[None]:
    """Turns the errors of a call that sends into SendErrors."""
    try:
        yield
    except httpx.HTTPStatusError as error:
        raise _refused(error.response) from None
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise NotNow(f"Chatwoot could not take the message ({type(error).__name__}). It is tried again.") from None


def _refused(response: httpx.Response) -> SendError:
    status = response.status_code
    if status == 429:
        given = response.headers.get("Retry-After", "")
        return SlowDown(float(given) if given.isdecimal() else 1.0)
    if status == 401:
        return NotNow("Chatwoot does not take the token of the agent bot. Set token in pilares.toml.")
    if status >= 500 or status == 408:
        return NotNow(f"Chatwoot could not take the message ({status}). It is tried again.")
    if status in (400, 422):
        return MarkupRefused(f"Chatwoot does not accept a message as it is ({status}); it is sent as plain text.")
    return NotPossible(f"Chatwoot will not take this message ({status}).")
