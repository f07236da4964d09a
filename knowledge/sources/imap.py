"""A mailbox: each message one document, read without changing anything there."""

import imaplib
import re
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Self

from pydantic import Field, model_validator

from knowledge.errors import SourceError
from knowledge.sources.limits import SourceLimits
from knowledge.sources.names import clean_name
from knowledge.sources.options import Secrets, SourceOptions, without_secrets
from knowledge.sources.patience import TookTooLong, within
from knowledge.sources.source import Entry, Gap

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BATCH = 500
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ABOUT = re.compile(rb"UID (\d+)|RFC822\.SIZE (\d+)|INTERNALDATE \"([^\"]+)\"")


class ImapOptions(SourceOptions):
    """The server, the account, and which messages of it."""

    host: str = Field(pattern=r"^[\w.:-]+$")
    port: int = Field(default=993, ge=1, le=65535)
    username: str = Field(min_length=1)
    password_env: str
    folders: tuple[str, ...] = Field(default=("INBOX",), min_length=1)
    since: date | None = None
    tls: bool = True

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if not self.tls and self.host not in _LOOPBACK:
            raise ValueError("tls = false is for a server on this machine only; the password would be readable")
        if any(ord(char) < 32 for text in (self.username, *self.folders) for char in text):
            raise ValueError("the account and the folders must not hold control characters")
        return self


class ImapSource:
    """The messages of some folders, over TLS with the server's certificate verified."""

    def __init__(self, name: str, options: ImapOptions, secrets: Secrets, limits: SourceLimits) -> None:
        self._options, self._secrets, self._limits = options, secrets, limits
        self._connection: imaplib.IMAP4 | None = None
        self._selected = ""

    def entries(self) -> Iterator[Entry | Gap]:
        """Every message that is not marked as deleted; a folder that cannot be opened is a gap.

        Raises SourceError when the server, the account or all folders cannot be reached.
        """
        self.close()
        gaps = 0
        for folder in self._options.folders:
            try:
                validity = self._examine(folder)
            except SourceError as error:
                gaps += 1
                if gaps == len(self._options.folders) or self._connection is None:
                    raise
                yield Gap(_prefix(folder), str(error))
                continue
            uids = self._search()
            if len(uids) > self._limits.max_entries:
                yield Gap(_prefix(folder), f"Only the newest {self._limits.max_entries} messages were listed.")
            uids = uids[-self._limits.max_entries :]
            for start in range(0, len(uids), _BATCH):
                self._examine(folder)  # a fetch in between may have opened another
                yield from self._described(_prefix(folder), validity, uids[start : start + _BATCH])

    def fetch(self, entry: Entry) -> bytes:
        """The message as it was sent; raises SourceError when it is gone."""
        prefix, _, ident = entry.name.rpartition("/")
        folder = next((each for each in self._options.folders if _prefix(each) == prefix), None)
        validity, _, uid = ident.removesuffix(".eml").partition("-")
        if folder is None or not uid.isdigit() or self._examine(folder) != validity:
            raise SourceError(f"{entry.name} is no longer in the mailbox.")
        if (entry.size or 0) > self._limits.max_file_bytes:
            raise SourceError(f"{entry.name} has {entry.size:,} bytes; {self._limits.max_file_bytes:,} are allowed.")
        for part in self._uid("FETCH", uid, "(UID BODY.PEEK[])"):
            if isinstance(part, tuple) and b"BODY[]" in part[0]:
                return bytes(part[1])
        raise SourceError(f"{entry.name} is no longer in the mailbox.")

    def close(self) -> None:
        """Say goodbye to the server."""
        if self._connection is not None:
            with suppress(imaplib.IMAP4.error, OSError):  # it may be gone already
                self._connection.logout()
            with suppress(imaplib.IMAP4.error, OSError):
                self._connection.shutdown()
            self._connection, self._selected = None, ""

    def _connect(self) -> imaplib.IMAP4:
        if self._connection is None:
            try:
                made = next(within(lambda: iter([self._connected()]), 2 * self._limits.read_seconds))
            except TookTooLong:  # looking up the host has no limit of its own
                raise TimeoutError("it could not be looked up in time") from None
            self._connection = made
            made.login(_in_quotes(self._options.username), self._secrets["password"].get_secret_value())
        return self._connection

    def _connected(self) -> imaplib.IMAP4:
        options, timeout = self._options, self._limits.read_seconds
        if not options.tls:
            return imaplib.IMAP4(options.host, options.port, timeout=timeout)
        return imaplib.IMAP4_SSL(options.host, options.port, ssl_context=ssl.create_default_context(), timeout=timeout)

    def _examine(self, folder: str) -> str:
        """Open a folder for reading only; its UIDVALIDITY."""
        try:
            connection = self._connect()
            if self._selected != folder:
                self._selected = ""
                status, answer = connection.select(_quoted(folder), readonly=True)
                if status != "OK":
                    text = without_secrets(
                        b" ".join(each or b"" for each in answer).decode("utf-8", "replace"), self._secrets
                    )
                    raise SourceError(f"The folder {folder} cannot be opened ({text}). Check the option 'folders'.")
                self._selected = folder
                self._validity = _number(connection.response("UIDVALIDITY")[1])
        except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
            problem = self._lost(error)
        else:
            return self._validity
        raise SourceError(problem)

    def _uid(self, command: str, *arguments: str) -> list[bytes | tuple[bytes, bytes]]:
        try:
            status, answer = self._connect().uid(command, *arguments)
            if status == "OK":
                return [each for each in answer if each]
            problem = f"{self._options.host} refused to list its messages."
        except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
            problem = self._lost(error)
        raise SourceError(problem)

    def _lost(self, error: Exception) -> str:
        """What to say; the connection is not used again."""
        if self._connection is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                self._connection.shutdown()
        self._connection, self._selected = None, ""
        reason = without_secrets(str(error), self._secrets)
        return f"The mailbox at {self._options.host} cannot be read ({reason}). Check host, account and password."

    def _search(self) -> list[str]:
        since = self._options.since
        wanted = ["SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"] if since else ["ALL"]
        found = [each for each in self._uid("SEARCH", "UNDELETED", *wanted) if isinstance(each, bytes)]
        return sorted((uid.decode() for each in found for uid in each.split() if uid.isdigit()), key=int)

    def _described(self, prefix: str, validity: str, uids: list[str]) -> Iterator[Entry]:
        for part in self._uid("FETCH", ",".join(uids), "(UID RFC822.SIZE INTERNALDATE)"):
            line = part[0] + part[1] if isinstance(part, tuple) else part
            uid = size = arrived = b""
            for each in _ABOUT.finditer(line):
                uid, size, arrived = each[1] or uid, each[2] or size, each[3] or arrived
            if uid:
                version = f"{size.decode()}-{arrived.decode('ascii', 'replace')}"
                yield Entry(
                    f"{prefix}/{validity}-{uid.decode()}.eml", version, _moment(arrived), int(size or 0) or None
                )


def _prefix(folder: str) -> str:
    return clean_name(folder) or "folder"


def _number(answer: list[bytes | None] | None) -> str:
    return (answer[0] or b"0").decode("ascii", "replace") if answer else "0"


def _moment(arrived: bytes) -> datetime | None:
    try:
        day, month, rest = arrived.decode("ascii").strip().split("-", 2)
        return datetime.strptime(f"{day}-{_MONTHS.index(month) + 1}-{rest}", "%d-%m-%Y %H:%M:%S %z")
    except ValueError:
        return None


def _quoted(folder: str) -> str:
    """A folder's name as IMAP wants it: modified UTF-7 in quotes (RFC 3501, 5.1.3)."""
    encoded = re.sub(r"[^\x20-\x7e]+|&", lambda found: _utf7(found[0]), folder)
    return _in_quotes(encoded)


def _in_quotes(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(text: str) -> str:
    if text == "&":
        return "&-"
    return "&" + b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
