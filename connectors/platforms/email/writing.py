"""An answer as a mail: plain text, and HTML in which nothing loads; thumbs are mails that a click prepares."""

import hashlib
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from connectors.adapter import Post
from connectors.platforms.email.reading import THUMBS, thumb_of
from connectors.platforms.email.threads import Named

if TYPE_CHECKING:
    from connectors.platforms.email.settings import EmailSettings

LONGEST_SUBJECT = 200
FOOT = "<!-- foot -->"


def mail_of(post: Post, named: Named, settings: "EmailSettings") -> EmailMessage:
    """The mail. Its id is the same when it is sent again; it says of itself that a program wrote it (RFC 3834)."""
    mail = EmailMessage()
    mail["From"] = formataddr((settings.sender, settings.address))
    mail["To"] = ", ".join(recipients(post))
    mail["Subject"] = _subject(named.subject, settings)
    mail["Date"] = formatdate(usegmt=True)
    mail["Message-ID"] = message_id = id_for(post, settings)
    before = [*named.references] or ([post.place.thread] if post.place.thread else [])
    if before:
        mail["In-Reply-To"] = named.before or before[-1]
        mail["References"] = " ".join(dict.fromkeys([post.place.thread or before[0], *before]))
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    thumbs = _thumbs(message_id, post, settings) if post.judged else {}
    mail.set_content(_plain(post.plain, thumbs), cte="quoted-printable")
    if post.marked:
        mail.add_alternative(_html(post.text, thumbs), subtype="html", cte="quoted-printable")
    return mail


def recipients(post: Post) -> list[str]:
    """To whom it goes."""
    return post.place.channel.split(",")


def id_for(post: Post, settings: "EmailSettings") -> str:
    """The Message-ID of a message."""
    seen = "\n".join((settings.name, post.place.conversation, post.key, post.reply_to))
    return f"<{hashlib.sha256(seen.encode()).hexdigest()[:32]}@{settings.address.partition('@')[2]}>"


def _subject(before: str, settings: "EmailSettings") -> str:
    flat = " ".join(before.split())[:LONGEST_SUBJECT]
    if not flat:
        return settings.sender
    return flat if flat.lower().startswith("re:") else f"Re: {flat}"


def _thumbs(message_id: str, post: Post, settings: "EmailSettings") -> dict[str, str]:
    """A thumb, and the address that opens a mail with it as the subject."""
    token = thumb_of(message_id, post.place)
    return {sign: f"mailto:{settings.address}?subject={quote(f'{sign} {token}')}" for sign in THUMBS}


def _plain(words: str, thumbs: dict[str, str]) -> str:
    return f"{words}\n" + (
        "\n-- \n" + "\n".join(f"{sign} {address}" for sign, address in thumbs.items()) + "\n" if thumbs else ""
    )


def _html(body: str, thumbs: dict[str, str]) -> str:
    links = " ".join(f'<a href="{escape(address)}">{sign}</a>' for sign, address in thumbs.items())
    foot = f"\n{FOOT}<p>{links}</p>" if links else ""
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{body}{foot}\n</body></html>\n'
