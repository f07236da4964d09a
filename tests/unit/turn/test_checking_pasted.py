"""What asks for a check, and what is to be checked; ordinary questions are neither."""

import json
from pathlib import Path

import pytest

from assistant.turn.checking.pasted import asked_to_check

GOLD = Path(__file__).parents[3] / "samples" / "questions.jsonl"
TEXT = "Rooms are free on Mondays. Tea costs 2 euros."
TEXTO = "Las salas son gratis los lunes. El té cuesta 2 euros."


@pytest.mark.parametrize(
    "said",
    [
        f"Check this text against our documents: {TEXT}",
        f"is this email right? {TEXT}",
        f"Please fact-check the following statements:\n{TEXT}",
        f"Could you verify if this draft is correct?\n\n{TEXT}",
        f"Does this announcement match our policies? {TEXT}",
        f"Is everything in this leaflet true? {TEXT}",
        f"{TEXT}\n\nIs this correct?",
        f"{TEXT} Is all of this right?",
        f"Check this with the handbook\n“{TEXT}”",
    ],
)
def test_an_english_request_is_taken_apart(said: str) -> None:
    asked = asked_to_check(said)
    assert asked is not None
    assert (asked.text, asked.one_claim) == (TEXT, False)
    assert TEXT not in asked.words


@pytest.mark.parametrize(
    "said",
    [
        f"Comprueba si esto es correcto: {TEXTO}",
        f"¿Es correcto este párrafo? {TEXTO}",
        f"¿Está bien este correo?\n{TEXTO}",
        f"Revisa este borrador, por favor:\n\n{TEXTO}",
        f"Contrasta este texto con la normativa: {TEXTO}",
        f"¿Coincide este aviso con nuestras normas? {TEXTO}",
        f"¿Todo lo que dice este folleto es cierto? {TEXTO}",
        f"{TEXTO}\n\n¿Es correcto?",
        f"{TEXTO}\nCompruébalo con los documentos",
    ],
)
def test_a_spanish_request_is_taken_apart(said: str) -> None:
    asked = asked_to_check(said)
    assert asked is not None
    assert (asked.text, asked.one_claim) == (TEXTO, False)


@pytest.mark.parametrize(
    ("said", "claim"),
    [
        ("Is it true that rooms are free on Mondays?", "rooms are free on Mondays"),
        ("Can you check that tea costs 2 euros", "tea costs 2 euros"),
        ("¿Es verdad que el té cuesta 2 euros?", "el té cuesta 2 euros"),
        ("Verifica que las salas son gratis los lunes.", "las salas son gratis los lunes."),
    ],
)
def test_one_claim_is_told_by_the_words_before_it(said: str, claim: str) -> None:
    asked = asked_to_check(said)
    assert asked is not None
    assert (asked.text, asked.one_claim) == (claim, True)


@pytest.mark.parametrize("said", ["Check this text against our documents", "Comprueba este correo, por favor"])
def test_a_request_without_a_text_has_none(said: str) -> None:
    asked = asked_to_check(said)
    assert asked is not None
    assert asked.text == ""


@pytest.mark.parametrize(
    "said",
    [
        "Is this correct?",
        "is it right?",
        "check the oil level of the pump",
        "How do I check this setting on my phone?",
        "Can you confirm if the pool opens on Sundays?",
        "Who checks the invoices against the orders?",
        "¿Es correcto?",
        "¿Cómo compruebo la presión?",
        "¿Está abierta la piscina los domingos?",
        "",
        "?" * 5_000,
        "check " * 1_300,
    ],
)
def test_an_ordinary_question_is_left_alone(said: str) -> None:
    assert asked_to_check(said) is None


def test_no_question_of_the_demo_company_asks_for_a_check() -> None:
    asked = [json.loads(line)["question"] for line in GOLD.read_text(encoding="utf-8").splitlines()]
    assert asked
    assert [each for each in asked if asked_to_check(each)] == []
