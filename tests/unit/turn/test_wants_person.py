"""Who asks for a person, and who only speaks of one."""

import json

import pytest

from assistant.paths import sample_documents
from assistant.turn.strategies.wants_person import wants_a_person


@pytest.mark.parametrize(
    "said",
    [
        "I want to talk to a person", "can i speak to someone please", "human please", "let me talk to a manager",
        "could you put me through to a colleague?", "I’d like to speak with an agent about my refund", "agent",
        "can a human help me?", "transfer me to customer service", "I need a person", "quiero hablar con una persona",
        "pásame con un humano", "¿me puede atender alguien?", "quiero que me llame un compañero", "quiero un humano",
        "me gustaría hablar con alguien del equipo", "ponme con atención al cliente", "una persona por favor",
        "que me atienda una persona", "esto no ayuda, quiero hablar con alguien de verdad",
    ],
)  # fmt: skip
def test_wanted(said: str) -> None:
    assert wants_a_person(said)


@pytest.mark.parametrize(
    "said",
    [
        "When can I talk to an agent?", "Who do I talk to about parental leave?", "how many people work here?",
        "What person approves my expenses?", "can I transfer my days to a colleague?", "do I need a person to sign?",
        "my manager has to approve it, how do I send it to my manager?", "can I send my laptop to a colleague?",
        "¿con quién hablo si pierdo la tarjeta?", "a qué hora puedo hablar con un agente", "",
        "¿Qué persona aprueba mis gastos?", "¿Puedo dar mis días a un compañero?", "¿necesito una persona que firme?",
        "I want to talk to a person " * 20,
    ],
)  # fmt: skip
def test_not_wanted(said: str) -> None:
    assert not wants_a_person(said)


def test_no_question_of_the_demo_organisation_asks_for_one() -> None:
    for line in (sample_documents() / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        assert not wants_a_person(json.loads(line)["question"])
