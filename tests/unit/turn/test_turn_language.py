"""English or Spanish, also for short texts."""

import pytest

from assistant.turn.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How many days do I have to return it?", "en"),
        ("cuanto cuesta el envio a canarias", "es"),
        ("¿SSO?", "es"),
        ("What do they charge for a new badge if you lose yours, in Cork?", "en"),
        ("hola", "es"),
        ("hello", "en"),
    ],
)
def test_the_language_of_a_question(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("fallback", ["en", "es"])
def test_an_unclear_text_follows_the_conversation(fallback: str) -> None:
    assert detect_language("SSO 2FA", fallback) == fallback
