"""The mailbox, through IMAP: looked into again and again. Everything here blocks, and is called in threads."""

import imaplib
import logging
import re
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from connectors.errors import ConnectionLost, ConnectorMisconfigured, FileTooLarge
from connectors.platforms.email.reading import parsed

if TYPE_CHECKING:
    from connectors.platforms.email.settings import EmailSettings

log = logging.getLogger(__name__)
TIMEOUT_S = 60.0
MOST_BYTES = 1024 * 1024
"""More of a mail is not fetched; what stands behind it are attachments."""
MOST_AT_ONCE = 50
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SAFE = re.compile(r"[^\x21-\x7e]|[\"\\{}]")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail, its number in the mailbox, and how many bytes of it there are here."""

    uid: str
    mail: EmailMessage
    size: int = 0


class Mailbox:
    """One connection; opened when it is used, and after a break again."""

    def __init__(self, settings: "EmailSettings") -> None:
        self._settings = settings
        self._imap: imaplib.IMAP4 | None = None
        self.alone = threading.Lock()

    def unread(self) -> list[Fetched]:
        """Mails that nobody has read yet, oldest first. Raises ConnectionLost, ConnectorMisconfigured."""
        with _Alone(self):
            imap = self._open()
            self._done(imap.select(_quoted(self._settings.folder)))
            day = datetime.now(UTC) - timedelta(days=self._settings.since_days)
            since = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
            return list(self._fetched(imap, self._found(imap, "UNSEEN", "SINCE", since)[:MOST_AT_ONCE]))

    def seen(self, uids: list[str]) -> None:
        """These have been read. Raises ConnectionLost."""
        with _Alone(self):
            imap = self._open()
            self._done(imap.select(_quoted(self._settings.folder)))
            self._done(imap.uid("STORE", ",".join(uids), "+FLAGS.SILENT", r"(\Seen)"))

    def latest(self, root: str) -> EmailMessage | None:
        """The last mail of a thread, read or not. Raises ConnectionLost, ConnectorMisconfigured."""
        with _Alone(self):
            imap, wanted = self._open(), _quoted(_SAFE.sub("", root))
            self._done(imap.select(_quoted(self._settings.folder), readonly=True))
            found = self._found(imap, "OR", "HEADER", "Message-ID", wanted, "HEADER", "References", wanted)
            return next((each.mail for each in self._fetched(imap, found[-1:])), None)

    def whole(self, message_id: str, most: int) -> EmailMessage | None:
        """A mail with what is attached to it. Raises FileTooLarge for one of `most` bytes or more, ConnectionLost."""
        with _Alone(self):
            imap = self._open()
            self._done(imap.select(_quoted(self._settings.folder), readonly=True))
            found = self._found(imap, "HEADER", "Message-ID", _quoted(_SAFE.sub("", message_id)))
            mail = next(self._fetched(imap, found[-1:], most), None)
        if mail is not None and mail.size >= most:
            raise FileTooLarge(f"A mail has {most} bytes or more.")
        return mail.mail if mail is not None else None

    def close(self) -> None:
        """Leave."""
        with self.alone:
            imap, self._imap = self._imap, None
            if imap is not None:
                try:
                    imap.logout()
                except (OSError, imaplib.IMAP4.error):
                    log.debug("the connection to the mailbox was broken before it was closed")

    def drop(self) -> None:
        """The connection is broken: close it without a word."""
        imap, self._imap = self._imap, None
        if imap is not None:
            try:
                imap.shutdown()
            except OSError:
                log.debug("a broken connection to the mailbox could not be closed")

    def _open(self) -> imaplib.IMAP4:
        if self._imap is None:
            imap = self._connected()
            try:
                imap.login(self._settings.login, self._settings.password.get_secret_value())
            except imaplib.IMAP4.error:
                imap.shutdown()
                raise ConnectorMisconfigured(
                    "The mail server does not take the name and the password of the mailbox. Set them in pilares.toml; "
                    "many servers want a password for applications, or IMAP switched on."
                ) from None
            self._imap = imap
        return self._imap

    def _connected(self) -> imaplib.IMAP4:
        given = self._settings
        if given.imap_security == "tls":
            return imaplib.IMAP4_SSL(
                given.imap_host, given.imap_port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT_S
            )
        imap = imaplib.IMAP4(given.imap_host, given.imap_port, timeout=TIMEOUT_S)
        if given.imap_security == "starttls":
            imap.starttls(ssl.create_default_context())
        return imap

    def _found(self, imap: imaplib.IMAP4, *wanted: str) -> list[str]:
        (found,) = self._done(imap.uid("SEARCH", *wanted))[:1] or [b""]
        return sorted((found or b"").decode().split(), key=int)

    def _fetched(self, imap: imaplib.IMAP4, uids: list[str], most: int = MOST_BYTES) -> Iterator[Fetched]:
        for uid in uids:
            parts = self._done(imap.uid("FETCH", uid, f"(BODY.PEEK[]<0.{most}>)"))
            raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
            if raw is not None:
                yield Fetched(uid, parsed(raw), len(raw))

    def _done(self, answer: tuple[str, Any]) -> list[Any]:
        kind, data = answer
        if kind != "OK":
            raise ConnectionLost(
                f"The mail server says {kind}. Is there a folder {self._settings.folder!r}? It is tried again."
            )
        return list(data)


class _Alone:
    """One call at a time. What goes wrong becomes ConnectionLost; the next call opens another connection."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def __enter__(self) -> None:
        self._mailbox.alone.acquire()

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        try:
            if isinstance(error, OSError | imaplib.IMAP4.error | EOFError | ConnectionLost):
                self._mailbox.drop()
        finally:
            self._mailbox.alone.release()
        if isinstance(error, OSError | imaplib.IMAP4.error | EOFError):
            raise ConnectionLost(
                f"The mailbox cannot be reached ({type(error).__name__}). It is tried again."
            ) from None


def _quoted(name: str) -> str:
    return f'"{name}"'
