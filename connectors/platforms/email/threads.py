"""Threads of mails: which mail began one, and what an answer in it has to name to be shown there."""

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from email.message import EmailMessage

_ID = re.compile(r"<[^<>\s]+>")
LONGEST_ID = 200
MOST_THREADS = 5_000
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Named:
    """What an answer names: the subject, the mail before it, and those before that."""

    subject: str = ""
    before: str = ""
    references: tuple[str, ...] = ()


class Threads:
    """The latest mail of each thread that was read lately."""

    def __init__(self) -> None:
        self._latest: OrderedDict[str, Named] = OrderedDict()

    def read(self, mail: EmailMessage) -> None:
        """A mail has come."""
        root = root_of(mail)
        self._latest[root] = named_by(mail)
        self._latest.move_to_end(root)
        if len(self._latest) > MOST_THREADS:
            self._latest.popitem(last=False)

    def get(self, root: str) -> Named | None:
        """What an answer in this thread names; None when nothing of it was read lately."""
        return self._latest.get(root)


def id_of(mail: EmailMessage) -> str:
    """The Message-ID, or one made of the mail where it has none or one that is too long."""
    found = _ID.search(str(mail.get("Message-ID", "")))
    if found is not None and len(found.group()) <= LONGEST_ID:
        return found.group()
    seen = "\n".join(f"{name}: {mail.get(name, '')}" for name in ("Message-ID", "Date", "From", "Subject"))
    return f"<{hashlib.sha256(seen.encode(errors='replace')).hexdigest()[:32]}@without-id.invalid>"


def root_of(mail: EmailMessage) -> str:
    """The mail that began the thread: the first that it refers to, or itself."""
    return next((each for each in references_of(mail) if len(each) <= LONGEST_ID), id_of(mail))


def references_of(mail: EmailMessage) -> list[str]:
    """The mails before this one, oldest first."""
    found = _ID.findall(str(mail.get("References", ""))) or _ID.findall(str(mail.get("In-Reply-To", "")))[:1]
    return list(dict.fromkeys(found))


def named_by(mail: EmailMessage) -> Named:
    """What an answer to this mail names; of a long thread its beginning and its end."""
    before = references_of(mail)
    kept = before if len(before) < MOST_NAMED else [before[0], *before[2 - MOST_NAMED :]]
    return Named(" ".join(str(mail.get("Subject", "")).split()), id_of(mail), (*kept, id_of(mail)))
