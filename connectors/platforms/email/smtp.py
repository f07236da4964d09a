"""Sending mail. Everything here blocks, and is called in threads."""

import re
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from typing import TYPE_CHECKING

from connectors.errors import MarkupRefused, NotNow, NotPossible, SendError, SlowDown

if TYPE_CHECKING:
    from connectors.platforms.email.settings import EmailSettings

TIMEOUT_S = 60.0
LONGEST_WAIT_S = 3600.0
_WAIT = re.compile(r"(\d{1,6})\s*(s|sec|second|min|minute)s?\b", re.IGNORECASE)
_CONTENT = re.compile(r"\b5\.(?:6|7\.[17])\.?\d*\b.*(?:content|html|mime)|\b5\.6\.\d", re.IGNORECASE | re.DOTALL)


def send(mail: EmailMessage, to: Sequence[str], settings: "EmailSettings") -> None:
    """Hand a mail to the server. Raises SendError."""
    try:
        with _connected(settings) as smtp:
            smtp.login(settings.login, settings.password.get_secret_value())
            smtp.send_message(mail, settings.address, list(to))
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _refused(code, words) from None
    except smtplib.SMTPAuthenticationError:
        raise NotNow("The mail server does not take name and password. Set them in pilares.toml.") from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotNow(f"The mail server cannot be reached ({type(error).__name__}). It is tried again.") from None


def _connected(settings: "EmailSettings") -> smtplib.SMTP:
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S, context=context)
    smtp = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S)
    if settings.smtp_security == "starttls":
        smtp.starttls(context=ssl.create_default_context())
    return smtp


def _refused(code: int, said: bytes | str) -> SendError:
    """4xx is for now, 5xx for ever (RFC 5321); how long "now" lasts is sometimes said in words."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    if code < 500:
        wait = _WAIT.search(words)
        if wait is None:
            return NotNow(f"The mail server takes no mail just now ({code}). It is tried again.")
        unit = 60 if wait.group(2).lower().startswith("min") else 1
        return SlowDown(min(LONGEST_WAIT_S, float(wait.group(1)) * unit))
    if _CONTENT.search(words):
        return MarkupRefused(f"The mail server does not accept a mail with HTML ({code}); it is sent as plain text.")
    return NotPossible(f"The mail server will not take this mail ({code}). Look up the address, and what the log says.")
