"""IMAP and SMTP as far as a mailbox needs them, with the faults of a mail server."""

import asyncio
import base64
import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from connectors.testing.fake import SLOW_S, Faults
from connectors.testing.lines import said, say

Sent = Callable[[bytes, Sequence[str]], None]
_ADDRESS = re.compile(r"<([^>]*)>")
_HEADER = re.compile(r'HEADER ([\w-]+) "([^"]*)"')


class MailServers:
    """One mailbox, read through `imap`, and `smtp`, which hands on what it takes."""

    PASSWORD: ClassVar[str] = "played-by-a-local-server"  # noqa: S105

    def __init__(self, faults: Faults, sent: Sent) -> None:
        self._faults = faults
        self._sent = sent
        self._mails: dict[int, bytes] = {}
        self._seen: set[int] = set()

    def put(self, mail: bytes) -> None:
        """A mail comes into the mailbox."""
        self._mails[len(self._mails) + 1] = mail

    async def imap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection to the mailbox (RFC 3501)."""
        await say(writer, "* OK IMAP4rev1 played by a local server")
        while line := await said(reader):
            if self._faults.take("drop"):
                return
            tag, _, command = line.partition(" ")
            name, _, rest = command.partition(" ")
            if name == "LOGIN" and self.PASSWORD not in rest:
                await say(writer, f"{tag} NO [AUTHENTICATIONFAILED] wrong password")
                continue
            if name == "UID":
                name, _, rest = rest.partition(" ")
            await say(writer, *self._answer(name, rest), f"{tag} OK done")
            if name == "LOGOUT":
                return

    def _answer(self, name: str, rest: str) -> list[str | bytes]:
        match name:
            case "CAPABILITY":
                return ["* CAPABILITY IMAP4rev1"]
            case "SELECT" | "EXAMINE":
                return [f"* {len(self._mails)} EXISTS", "* FLAGS (\\Seen)", "* OK [UIDVALIDITY 1] stays"]
            case "SEARCH":
                return ["* SEARCH " + " ".join(map(str, self._search(rest)))]
            case "FETCH":
                uid = int(rest.partition(" ")[0])
                raw = self._mails[uid]
                return [f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}", raw + b")"]
            case "STORE":
                self._seen |= {int(each) for each in rest.partition(" ")[0].split(",")}
                return []
            case "LOGOUT":
                return ["* BYE"]
        return []

    def _search(self, wanted: str) -> list[int]:
        if "UNSEEN" in wanted:
            return [uid for uid in self._mails if uid not in self._seen]
        headers = [(f"{name}: ".lower(), value) for name, value in _HEADER.findall(wanted)]
        return [uid for uid, raw in self._mails.items() if _has(raw.decode(errors="replace"), headers)]

    async def smtp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection that sends (RFC 5321)."""
        await say(writer, "220 played by a local server")
        to: list[str] = []
        while line := await said(reader):
            match line.split(" ")[0].upper():
                case "EHLO":
                    await say(writer, "250-localhost", "250-SMTPUTF8", "250-8BITMIME", "250 AUTH PLAIN")
                case "AUTH":
                    known = base64.b64decode(line.split(" ")[2]).endswith(self.PASSWORD.encode())
                    await say(writer, "235 welcome" if known else "535 5.7.8 wrong password")
                case "RCPT":
                    to += _ADDRESS.findall(line)
                    await say(writer, "250 ok")
                case "DATA":
                    await say(writer, "354 go on")
                    await say(writer, await self._take(await _data(reader), to))
                    to = []
                case "QUIT":
                    await say(writer, "221 bye")
                    return
                case _:
                    await say(writer, "250 ok")

    async def _take(self, raw: bytes, to: Sequence[str]) -> str:
        if self._faults.take("slow"):
            await asyncio.sleep(SLOW_S)
        if self._faults.take("429"):
            return "450 4.7.1 Greylisted, try again in 1 seconds"
        if self._faults.take("500"):
            return "451 4.3.0 trouble of our own"
        if b"text/html" in raw and self._faults.take("markup"):
            return "554 5.6.0 no HTML here"
        self._sent(raw, to)
        return "250 2.0.0 taken"


async def _data(reader: asyncio.StreamReader) -> bytes:
    """A mail up to the line of a single dot; a dot that was doubled is one."""
    lines = []
    while (line := await reader.readline()).rstrip(b"\r\n") != b".":
        if not line:
            raise ConnectionError("the mail broke off")
        lines.append(line[1:] if line.startswith(b"..") else line)
    return b"".join(lines)


def _has(mail: str, headers: Sequence[tuple[str, str]]) -> bool:
    head = mail.partition("\n\n")[0].split("\n")
    return any(line.lower().startswith(name) and value in line for line in head for name, value in headers)
