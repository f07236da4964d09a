"""Telegram's refusals in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.errors import ConnectionLost, ConnectorMisconfigured, MarkupRefused, NotNow, NotPossible, SlowDown


@contextmanager
def sending() -> Iterator[None]:
    """Turns the library's errors of a call that sends into SendErrors; "not modified" is none."""
    from telegram import error as telegram

    try:
        yield
    except telegram.RetryAfter as error:
        raise SlowDown(_seconds(error.retry_after)) from None
    except telegram.BadRequest as error:  # before NetworkError, whose subclass it is
        _refused(error.message)
    except (telegram.TimedOut, telegram.NetworkError) as error:
        raise NotNow(f"Telegram could not take the message: {error.message}. It is tried again.") from None
    except telegram.TelegramError as error:
        raise NotPossible(f"Telegram will not take this message: {error.message}.") from None


@contextmanager
def listening() -> Iterator[None]:
    """Turns the library's errors of a call that fetches into ConnectionLost, for the token ConnectorMisconfigured."""
    from telegram import error as telegram

    try:
        yield
    except (telegram.InvalidToken, telegram.Forbidden):
        raise ConnectorMisconfigured(
            "Telegram does not know the bot's token. Ask BotFather for it (/token), and set it in pilares.toml."
        ) from None
    except telegram.Conflict:
        raise ConnectionLost(
            "Another program fetches this bot's messages. Stop it, or give each its own bot; it is tried again."
        ) from None
    except telegram.TelegramError as error:
        raise ConnectionLost(f"Telegram cannot be reached: {error.message}. It is tried again.") from None


def _refused(words: str) -> None:
    lower = words.lower()
    if "message is not modified" in lower:
        return
    if "can't parse entities" in lower or "unsupported start tag" in lower:
        raise MarkupRefused("Telegram does not accept the markup of a message; it is sent without.")
    raise NotPossible(f"Telegram will not take this message: {words}.")


def _seconds(retry_after: object) -> float:
    from datetime import timedelta

    return retry_after.total_seconds() if isinstance(retry_after, timedelta) else float(str(retry_after))
