"""Divides a set without a split of its own: one half to choose on, the other to report."""

from hashlib import sha256
from typing import Literal

Half = Literal["tune", "test", "all"]


def half_of(identifier: str) -> Half:
    """An even SHA-256 of the id (UTF-8) is the tune half, an odd one the test half."""
    number = int(sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest(), 16)
    return "tune" if number % 2 == 0 else "test"


def in_half(identifier: str, half: Half) -> bool:
    """Whether a row belongs to `half`; every row belongs to "all"."""
    return half in ("all", half_of(identifier))
