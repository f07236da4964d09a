"""Random tokens that prove something, and what is stored of them.

256 random bits need no slow hash: there is nothing to guess. The purpose goes into the digest, so that a token is good
for nothing but what it was made for.
"""

import secrets
from hashlib import sha256
from typing import Literal

Purpose = Literal["session", "link", "key"]
KEY_PREFIX = "pilares_"
"""Begins every key, so that people and scanners of published code recognise one."""
_LONGEST = 200


def new_token(purpose: Purpose) -> str:
    """A token of 256 bits in 43 characters that are safe in addresses and headers."""
    return (KEY_PREFIX if purpose == "key" else "") + secrets.token_urlsafe(32)


def digest(purpose: Purpose, token: str) -> str:
    """What is stored, and looked up, in place of a token. Longer text than any token of ours is cut, and so unknown."""
    return sha256(f"{purpose}:{token[:_LONGEST]}".encode("utf-8", "replace")).hexdigest()
