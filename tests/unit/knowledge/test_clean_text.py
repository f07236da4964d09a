import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.parse.clean import clean_text, one_line


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\x00b", "ab"),
        ("pass\u200bword", "password"),  # zero-width space
        ("\ufeffHello", "Hello"),  # byte order mark
        ("in\u00advoice", "invoice"),  # soft hyphen
        ("evil\u202etxt.exe", "eviltxt.exe"),  # right-to-left override
        ("hi\U000e0041\U000e0042", "hi"),  # tag characters: text hidden from people but not from models
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),  # terminal escape
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("cafe\u0301", "café"),  # NFC
        ("o\ufb03ce", "office"),
        ("bad\ud800surrogate", "badsurrogate"),
    ],
)
def test_only_what_a_person_sees_stays(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


@pytest.mark.parametrize(
    "kept", ["¿Qué? ¡Sí!", "naïve", "日本語", "👩\u200d🚀 rocket", "price\t5", "line\nline", "a\u00a0b"]
)
def test_visible_text_is_left_alone(kept: str) -> None:
    assert clean_text(kept) == kept


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)


def test_one_line() -> None:
    assert one_line("  a \n\t b\u00a0c ") == "a b c"
