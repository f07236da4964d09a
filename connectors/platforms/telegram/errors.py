"""Telegram's refusals in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.errors import ConnectionLost, ConnectorMisconfigured, MarkupRefused, NotNow, NotPossible, SlowDown

if TYPE_CHECKING:
    import telegram.error


@contextmanager
def sending() -> Iterator[None]:
    """Turns the library's errors of a call that sends into SendErrors; "not modified" is none."""
    from telegram import error as refused

    try:
        yield
    except refused.RetryAfter as error:
        raise SlowDown(_seconds(error)) from None
    except refused.BadRequest as error:  # before NetworkError, whose subclass it is
        _refused(error.message)
    except (refused.TimedOut, refused.NetworkError) as error:
        raise NotNow(f"Telegram could not take the message: {error.message}. It is tried again.") from None
    except refused.TelegramError as error:
        raise NotPossible(f"Telegram will not take this message: {error.message}.") from None


@contextmanager
def listening() -> Iterator[None]:
    """Turns the library's errors of a call that fetches into ConnectionLost, for the token ConnectorMisconfigured."""
    from telegram import error as refused

    try:
        yield
    except (refused.InvalidToken, refused.Forbidden):
        raise ConnectorMisconfigured(
            "Telegram does not know the bot's token. Ask BotFather for it (/token), and set it in pilares.toml."
        ) from None
    except refused.Conflict:
        raise ConnectionLost(
            "Another program fetches this bot's messages. Stop it, or give each its own bot; it is tried again."
        ) from None
    except refused.TelegramError as error:
        raise ConnectionLost(f"Telegram cannot be reached: {error.message}. It is tried again.") from None


def _refused(words: str) -> None:
    lower = words.lower()
    if "message is not modified" in lower:
        return
    if "can't parse entities" in lower or "unsupported start tag" in lower:
        raise MarkupRefused("Telegram does not accept the markup of a message; it is sent without.")
    raise NotPossible(f"Telegram will not take this message: {words}.")


def _seconds(error: "telegram.error.RetryAfter") -> float:
    """The library is about to change the type of `retry_after`, and warns whoever reads it."""
    import warnings
    from datetime import timedelta

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
