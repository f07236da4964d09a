"""Signed identities: a website's own server says who its visitor is, with a JSON web token (RFC 7519, HS256).

The secret of a key is derived from one in the home folder, so that none is in the database.
"""

import hmac
import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from assistant.errors import InvalidRequest, NotSignedIn
from assistant.messages import message
from assistant.security.user import clean_groups

LONGEST = timedelta(days=1)
"""How far ahead a token may expire: one that is taken from a page is not good for long."""
LEEWAY_S = 30
_SUBJECT = re.compile(r"[\w.@+-]{1,64}")
_LONGEST_TOKEN = 4_000


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a website says its visitor is, and which groups they are in there."""

    subject: str
    groups: frozenset[str]


class Secrets:
    """The secrets of keys, from a file that is made when it is first needed, readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, key_id: str) -> str:
        """The secret that a website signs with."""
        made = hmac.new(self._own(), f"widget identity:{key_id}".encode(), sha256).digest()
        return urlsafe_b64encode(made).decode().rstrip("=")

    def _own(self) -> bytes:
        try:
            opened = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return self._path.read_bytes()
        with os.fdopen(opened, "w", encoding="ascii") as file:
            file.write(token_urlsafe(32))
        return self._path.read_bytes()


def read_identity(token: str, secret: str, now: Callable[[], datetime], language: str | None = None) -> Identity:
    """Who a token names. Raises NotSignedIn for one that is not good, and does not say what is wrong with it."""
    import jwt

    refused = NotSignedIn(message("visitor_unknown", language))
    if len(token) > _LONGEST_TOKEN:
        raise refused
    try:
        # The times are checked against our clock below.
        claims: dict[str, Any] = jwt.decode(
            token, secret, algorithms=["HS256"],
            options={"require": ["exp", "sub"], "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )  # fmt: skip
        left = float(claims["exp"]) - now().timestamp()
        groups = clean_groups(_words(claims.get("groups", [])))
    except (jwt.PyJWTError, InvalidRequest, TypeError, ValueError, OverflowError):
        raise refused from None
    if not -LEEWAY_S < left <= LONGEST.total_seconds() + LEEWAY_S or not _SUBJECT.fullmatch(claims["sub"]):
        raise refused
    return Identity(claims["sub"], frozenset(groups))


def _words(given: Any) -> list[str]:
    if not isinstance(given, list) or len(given) > 100 or not all(isinstance(each, str) for each in given):
        raise ValueError("groups are a list of names")
    return given
