"""Random tokens that prove something, and what is stored of them.

256 random bits need no slow hash: there is nothing to guess. The purpose goes into the digest, so that a token is good
for nothing but what it was made for.
"""

import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal

Purpose = Literal["session", "link", "key", "widget"]
KEY_PREFIX = "pilares_"
"""Begins every key, so that people and scanners of published code recognise one."""
WIDGET_PREFIX = f"{KEY_PREFIX}widget_"
"""Begins the keys of widgets, which are no secret: they stand in the pages of websites."""
_PREFIXES: Mapping[str, str] = {"key": KEY_PREFIX, "widget": WIDGET_PREFIX}
_LONGEST = 200


def new_token(purpose: Purpose) -> str:
    """A token of 256 bits in 43 characters that are safe in addresses and headers."""
    return _PREFIXES.get(purpose, "") + secrets.token_urlsafe(32)


def digest(purpose: Purpose, token: str) -> str:
    """What is stored, and looked up, in place of a token. Longer text than any token of ours is cut, and so unknown."""
    return sha256(f"{purpose}:{token[:_LONGEST]}".encode("utf-8", "replace")).hexdigest()
