"""Mails in our words."""

import base64
import binascii
import re
from collections.abc import Iterable
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

from connectors.event import Attachment, Event, Message, Person, Place, Verdict
from connectors.platforms.email.threads import id_of, root_of
from connectors.platforms.email.words import words_of

if TYPE_CHECKING:
    from connectors.platforms.email.settings import EmailSettings

MOST_READERS = 20
MOST_ATTACHMENTS = 50
THUMBS: dict[str, Literal["up", "down"]] = {"👍": "up", "👎": "down"}
_THUMB = re.compile(r"(👍|👎)\s*\[([0-9a-f]{32})(?:\.([\w=-]{4,400}))?\]")
_DAEMON = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)\b", re.IGNORECASE)


def parsed(raw: bytes) -> EmailMessage:
    """A mail; whatever is wrong with it is left as it is."""
    return BytesParser(_class=EmailMessage, policy=policy.default.clone(raise_on_defect=False)).parsebytes(raw)


def event_of(mail: EmailMessage, settings: "EmailSettings") -> Event | None:
    """What a mail says; None for what is never answered: a bounce, a report, one from nobody."""
    senders = _addresses(mail, "From")
    if len(senders) != 1 or is_bounce(mail, senders[0]) or not authentic(mail, settings.verified_by):
        return None
    person = _person(mail, senders[0], settings.address.lower())
    thumb = _THUMB.search(str(mail.get("Subject", "")))
    if thumb is not None:
        return _verdict(thumb, mail, person, settings.address)
    own = settings.address.lower()
    place = place_of(mail, senders[0], own)
    if place is None:
        return None
    to = _addresses(mail, "To")
    named = own in to or place.direct
    return Message(
        id_of(mail),
        place,
        person,
        words_of(mail),
        id_of(mail),
        to_me=named,
        to_others=not named and any(each != place.channel for each in to),
        position=_moment(mail),
        attachments=tuple(_attachments(mail)),
    )


def place_of(mail: EmailMessage, sender: str, own: str) -> Place | None:
    """Where a mail was written: a direct talk, a mailing list, or among those who read it; None when too many do."""
    listed = re.search(r"<mailto:([^>?]+)", str(mail.get("List-Post", "")))
    others = {each for each in (*_addresses(mail, "To"), *_addresses(mail, "Cc")) if each not in (own, sender)}
    if listed is not None:
        return Place(listed.group(1).lower(), root_of(mail))
    if not others:
        return Place(sender, root_of(mail), direct=True)
    readers = sorted({sender, *others} - {own})
    return Place(",".join(readers), root_of(mail)) if len(readers) <= MOST_READERS else None


def is_bounce(mail: EmailMessage, sender: str) -> bool:
    """Whether a mail server wrote it; to answer one begins a loop (RFC 3834)."""
    returned = "Return-Path" in mail and str(mail["Return-Path"]).strip() == "<>"
    return returned or mail.get_content_type() == "multipart/report" or bool(_DAEMON.match(sender))


def by_itself(mail: EmailMessage) -> bool:
    """Whether a program sent it without anybody having written it: an absence, a newsletter, another bot."""
    automatic = str(mail.get("Auto-Submitted", "no")).split(";")[0].strip().lower() != "no"
    bulk = str(mail.get("Precedence", "")).strip().lower() in ("bulk", "junk", "auto_reply")
    return automatic or bulk or "X-Autoreply" in mail or "X-Autorespond" in mail or "List-Unsubscribe-Post" in mail


def authentic(mail: EmailMessage, server: str) -> bool:
    """Whether our mail server has found that the sender's domain sent it; only the result that it wrote last counts."""
    if not server:
        return True
    first = " ".join(str((mail.get_all("Authentication-Results") or [""])[0]).split()).lower()
    name, _, results = first.partition(";")
    return name.split(" ")[0].strip() == server.lower() and re.search(r"\bdmarc=pass\b", results) is not None


def thumb_of(message_id: str, place: Place) -> str:
    """What stands behind a thumb in the subject of the mail that it sends: the answer, and the place of it."""
    where = ""
    if not place.direct:
        where = "." + base64.urlsafe_b64encode(f"{place.channel}\n{place.thread}".encode()).decode()
    return f"[{message_id[1:33]}{where}]"


def _verdict(thumb: re.Match[str], mail: EmailMessage, person: Person, own: str) -> Verdict | None:
    place = Place(person.id, "", direct=True)
    if thumb.group(3):
        try:
            channel, _, thread = base64.urlsafe_b64decode(thumb.group(3)).decode().partition("\n")
        except (binascii.Error, ValueError):
            return None
        place = Place(channel, thread)
    answer = f"<{thumb.group(2)}@{own.partition('@')[2]}>"
    return Verdict(id_of(mail), place, person, answer, THUMBS[thumb.group(1)], words_of(mail)[:2000])


def _person(mail: EmailMessage, sender: str, own: str) -> Person:
    name = next((name for name, _ in getaddresses([str(mail["From"])])), "")
    return Person(sender, name, is_bot=by_itself(mail), is_me=sender == own)


def _addresses(mail: EmailMessage, header: str) -> list[str]:
    values = [str(each) for each in mail.get_all(header) or ()]
    return [address.lower() for _, address in getaddresses(values) if "@" in address]


def _moment(mail: EmailMessage) -> float:
    try:
        return parsedate_to_datetime(str(mail["Date"])).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0


def _attachments(mail: EmailMessage) -> Iterable[Attachment]:
    for number, part in enumerate(mail.iter_attachments()):
        if number == MOST_ATTACHMENTS:
            return
        name = part.get_filename() or f"attachment-{number + 1}"
        yield Attachment(f"{id_of(mail)}/{number}", name[:200], part.get_content_type())
