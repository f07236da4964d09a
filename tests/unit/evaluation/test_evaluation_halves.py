"""Which half a row belongs to is a fact about its id, the same on every machine."""

from hashlib import sha256

import pytest

from assistant.evaluation.halves import half_of, in_half


# By hand: printf %s ID | sha256sum; the last hexadecimal digit is even or odd.
@pytest.mark.parametrize(
    ("identifier", "half"), [("a", "test"), ("b", "test"), ("c", "tune"), ("d", "tune"), ("ñ", "test")]
)
def test_the_last_bit_of_the_digest_decides(identifier: str, half: str) -> None:
    last = sha256(identifier.encode("utf-8")).hexdigest()[-1]
    assert half_of(identifier) == half == ("tune" if last in "02468ace" else "test")


def test_the_halves_are_about_equal_and_share_nothing() -> None:
    tune = [n for n in range(1000) if in_half(str(n), "tune")]
    test = [n for n in range(1000) if in_half(str(n), "test")]
    assert sorted(tune + test) == list(range(1000))
    assert 440 < len(tune) < 560


def test_every_row_belongs_to_all() -> None:
    assert all(in_half(str(n), "all") for n in range(50))
