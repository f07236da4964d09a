"""A mail server on loopback: a mailbox that IMAP reads, SMTP that takes what is sent, and people who write mails."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage, MIMEPart
from email.utils import formatdate
from time import time
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from connectors.platforms.email.fake_servers import MailServers
from connectors.platforms.email.reading import parsed
from connectors.platforms.email.writing import FOOT
from connectors.testing.fake import Faults, Shown
from connectors.testing.lines import listening

ME = "ask@example.org"
_LINK = re.compile(r'href="(mailto:[^"]+)"')


class FakeEmail:
    """A person answers in the thread that they began; a channel is a mailing list, and a mention is to be in `To`."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {
            "address": ME, "password": MailServers.PASSWORD, "imap_security": "none", "smtp_security": "none",
            "imap_host": "127.0.0.1", "smtp_host": "127.0.0.1", "poll_s": 0.03, "people": ["*"],
        }  # fmt: skip
        self.faults = Faults()
        self.texts: list[str] = []
        self.busied = 0
        self.sent: list[EmailMessage] = []
        self.servers = MailServers(self.faults, self._sent)
        self._shown: list[Shown] = []
        self._feet: dict[str, str] = {}
        self._threads: dict[str, str] = {}
        self._began: dict[str, str] = {}
        self._mails: list[bytes] = []
        self._held: list[bytes] = []
        self._number = 0
        self._attached: tuple[str, bytes, str] | None = None
        self.fetched = 0

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A person writes a mail: to the bot, or to a list."""
        mail = self._mail(person, text)
        own = str(mail["Message-ID"])
        root = _id(thread) if thread else "" if channel else self._began.setdefault(person, own)
        self._threads[own] = root or own
        if root and root != own:
            mail["References"] = mail["In-Reply-To"] = root
        if channel:
            mail["List-Post"] = f"<mailto:{channel}@lists.example.org>"
        mail["To"] = ", ".join(
            [*([f"{channel}@lists.example.org"] if channel else []), *([ME] if mention or not channel else [])]
        )
        mail["Subject"] = "A question" if root in ("", own) else "Re: A question"
        self._arrive(mail)
        return own

    def attach(self, name: str, content: bytes, media_type: str) -> None:
        """The next message that somebody writes has this file."""
        self._attached = (name, content, media_type)

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A person clicks a thumb, and sends the mail that it prepares."""
        links = [link.replace("&amp;", "&") for link in _LINK.findall(self._feet[shown.message_id])]
        link = urlsplit(links[0 if verdict == "up" else 1])
        mail = self._mail(person, "")
        mail["To"] = link.path
        mail["Subject"] = parse_qs(link.query)["subject"][0]
        self._arrive(mail)

    async def again(self) -> None:
        """Everything comes into the mailbox once more."""
        for mail in self._mails:
            self.servers.put(mail)

    def thread_of(self, message_id: str) -> str:
        """The mail that began the thread of a mail."""
        return self._threads[message_id]

    def shown(self) -> Sequence[Shown]:
        """The bot's mails, what stands under them (the thumbs) left out."""
        return list(self._shown)

    def _mail(self, person: str, text: str) -> EmailMessage:
        self._number += 1
        mail = EmailMessage()
        mail["From"] = f"Pilares <{ME}>" if person == "me" else f"{person.title()} <{person}@example.org>"
        mail["Message-ID"] = f"<m{self._number}@example.org>"
        mail["Date"] = formatdate(int(time()) + self._number)
        if self.faults.take("bot"):
            mail["Auto-Submitted"] = "auto-replied"
        mail.set_content(text)
        if self._attached is not None:
            name, content, media_type = self._attached
            kind, _, sort = media_type.partition("/")
            mail.add_attachment(content, maintype=kind, subtype=sort, filename=name)
            self._attached = None
        return mail

    def _arrive(self, mail: EmailMessage) -> None:
        raw = mail.as_bytes()
        self._mails.append(raw)
        if self.faults.take("reorder"):
            self._held.append(raw)
            return
        copies = [raw, raw] if self.faults.take("duplicate") else [raw]
        for each in (*copies, *self._held):
            self.servers.put(each)
        self._held = []

    def _sent(self, raw: bytes, to: Sequence[str]) -> None:
        mail = parsed(raw)
        self.sent.append(mail)
        html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
        assert plain is not None
        text, number = _lines(plain).partition("\n-- \n")[0].rstrip("\n"), str(mail["Message-ID"])
        if html is not None:
            body = _lines(html).partition("<body>\n")[2].partition("\n</body>")[0]
            text, _, self._feet[number] = body.partition(f"\n{FOOT}")
        self.texts.append(text)
        thread = str(mail.get("References", "")).split(" ")[0]
        foot = self._feet.get(number, "")
        self._shown.append(Shown(number, ",".join(to), text, thread, bool(foot), reply_to=str(mail["In-Reply-To"])))


def _lines(part: MIMEPart) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def _id(thread: str) -> str:
    return thread if thread.startswith("<") else f"<{thread}@example.org>"


@asynccontextmanager
async def fake() -> AsyncIterator[FakeEmail]:
    """A server that plays a mail server until the block ends."""
    platform = FakeEmail()
    async with listening(platform.servers.imap) as imap, listening(platform.servers.smtp) as smtp:
        platform.settings |= {"imap_port": imap, "smtp_port": smtp}
        yield platform
