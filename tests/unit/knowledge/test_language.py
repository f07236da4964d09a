import pytest

from knowledge.language import LanguageDetector, by_stop_words

EN = "The warranty covers every part of the machine for three years from the day on which it was delivered to you. "
ES = "La garantía cubre todas las piezas de la máquina durante tres años desde el día en que se la entregaron. "
FR = "La garantie couvre toutes les pièces de la machine pendant trois ans à partir du jour où elle a été livrée. "


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LanguageDetector()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (EN * 3, "en"),
        (ES * 3, "es"),
        (FR * 3, "fr"),
        ("How do I return the product?", "en"),
        ("El perro corre por el campo y la casa es grande", "es"),
        ("", None),
        ("12 / 34 — 56", None),
    ],
)
def test_detects(detector: LanguageDetector, text: str, language: str | None) -> None:
    assert detector.detect(text) == language


def test_a_long_text_is_sampled_past_its_beginning(detector: LanguageDetector) -> None:
    assert detector.detect("1234 5678 " * 30 + ES * 20) == "es"


@pytest.mark.parametrize(
    ("question", "language"),
    [("What is the price of it?", "en"), ("¿Cuál es el precio de la caja?", "es"), ("Lisbon", None), ("", None)],
)
def test_stop_words_tell_a_question_only_where_they_are_clear(question: str, language: str | None) -> None:
    assert by_stop_words(question) == language
