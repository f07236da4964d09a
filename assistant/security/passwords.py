"""Passwords: which are accepted, and their Argon2id hashes."""

import threading
from typing import TYPE_CHECKING

from assistant.errors import InvalidRequest
from assistant.messages import message

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 256
AT_ONCE = 2
"""Hashes computed at the same time: each takes 64 MiB, and a flood of sign-ins must not take the rest."""


def check_password(password: str, name: str, language: str | None = None) -> None:
    """Refuse what is short, endless, of very few characters, or holds the person's name. Raises InvalidRequest.

    Length is what counts; rules of letters and digits are left out on purpose (NIST SP 800-63B-4, 3.1.1.2).
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidRequest(message("password_length", language, shortest=SHORTEST, longest=LONGEST))
    if len(set(password)) < 5 or name.casefold() in password.casefold():
        raise InvalidRequest(message("password_weak", language))


class Passwords:
    """Hashes and compares, at the costs of RFC 9106's second choice (64 MiB) unless a hasher is given."""

    def __init__(self, hasher: "PasswordHasher | None" = None) -> None:
        self._given = hasher
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = ""

    @property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        if self._given is None:
            self._given = PasswordHasher()
        return self._given

    def hashed(self, password: str) -> str:
        """The hash to store, with its salt and costs."""
        with self._places:
            return self._hasher.hash(password)

    def matches(self, stored: str, password: str) -> bool:
        """Whether a password is the stored one. Without a stored one it takes as long, and it never is."""
        from argon2.exceptions import InvalidHashError, VerificationError

        if not stored and not self._nobody:
            self._nobody = self.hashed("nobody has this password")
        try:
            with self._places:
                return self._hasher.verify(stored or self._nobody, password[:LONGEST]) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with other costs than those of now, and is to be replaced at the next sign-in."""
        return self._hasher.check_needs_rehash(stored)
