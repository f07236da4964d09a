"""Personal data is found in both languages, and what only looks like it is not."""

import pytest

from assistant.routing.privacy import personal_data

PRIVATE = [
    ("Send it to maria.lopez@example.com please", "email"),
    ("Mi correo es juan+facturas@correo.example.es", "email"),
    ("Mi DNI es 12345678Z, ¿qué necesito?", "national_id"),
    ("my NIE is X1234567L", "national_id"),
    ("Ingresad la devolución en ES91 2100 0418 4502 0005 1332", "iban"),
    ("My account: DE89370400440532013000", "iban"),
    ("the card 4111 1111 1111 1111 was refused", "card"),
    ("Pagué con la 5500-0000-0000-0004", "card"),
    ("call me on +34 612 345 678", "phone"),
    ("Llámame al 612 345 678", "phone"),
    ("Mi teléfono: 91 no, mejor 612 34 56 78", "phone"),
    ("my number is (415) 555-0132", "phone"),
    ("call 415-555-0132 after six", "phone"),
    ("My SSN is 078-05-1120", "social_security"),
    ("Reach me at 0044 20 7946 0958", "phone"),
]
HARMLESS = [
    "How long is the warranty of the A300?",
    "¿Cuánto dura la garantía de 24 meses?",
    "What happened between 2019-2021 and 2022?",
    "The order 2025-11-28 has 3 items for 149,90 euros",
    "Is 10.000.000 more than 9,999,999?",
    "The IBAN of a company has 24 characters in Spain",
    "12345678A is not a valid DNI",
    "ES91 2100 0418 4502 0005 1333 has a wrong check digit",
    "4111 1111 1111 1112 is no card",
    "¿El artículo 123456 lleva descuento?",
    "Version 3.11.4 of 2024/05/17",
    "What does ISO 13616 say?",
    "Write to @support in the channel",
]


@pytest.mark.parametrize(("text", "kind"), PRIVATE)
def test_found(text: str, kind: str) -> None:
    assert personal_data([text]) == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_not_found(text: str) -> None:
    assert personal_data([text]) is None


def test_what_was_said_before_counts() -> None:
    assert personal_data(["and now?", "I am at ana@example.org"]) == "email"
