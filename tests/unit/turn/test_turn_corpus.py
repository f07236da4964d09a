"""Which questions go over all documents, and what about."""

import pytest

from assistant.turn.corpus import subject_across, without_kind


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Which documents talk about data protection?", "data protection"),
        ("List all documents that mention Gijón", "Gijón"),
        ("How many contracts do we have?", "contracts"),
        ("how many contracts are there with suppliers?", "contracts are there with suppliers"),
        ("In which policies are there rules about passwords?", "policies are there rules passwords"),
        ("Show me everything about travel", "travel"),
        ("give me all the error codes", "error codes"),
        ("Please list every holiday.", "holiday"),
        ("what manuals do we have?", "manuals"),
        ("¿Qué documentos hablan de teletrabajo?", "teletrabajo"),
        ("¿Cuántos contratos tenemos con proveedores?", "contratos con proveedores"),
        ("lista todos los documentos que mencionan Cork", "Cork"),
        ("¿en qué documentos se habla de la garantía?", "garantía"),
        ("enséñame todo sobre viajes", "viajes"),
        ("dame todos los códigos de error", "códigos de error"),
        ("nombra a todos los proveedores", "proveedores"),
    ],
)
def test_questions_for_documents(question: str, subject: str) -> None:
    assert subject_across(question) == subject


@pytest.mark.parametrize(
    "question",
    [
        "How many old appliances did the company collect in 2025?",
        "How many days of leave do I have?",
        "Which documents do I need to apply for leave?",
        "how many documents do we have to sign?",
        "What does the contract say about notice?",
        "what are all the steps?",
        "list all the steps to descale the machine",
        "give me the number of the workshop",
        "name the person who approves expenses",
        "Which office is open on Saturday?",
        "how many documents are there?",
        "¿Cuántos aparatos viejos recogió la empresa en 2025?",
        "¿Cuántos días de vacaciones tengo?",
        "¿Qué documentos tengo que llevar?",
        "¿qué documentos hay que presentar?",
        "¿cuántos contratos firmó la empresa en 2025?",
        "dime el teléfono del taller",
        "",
    ],
)
def test_questions_for_one_fact(question: str) -> None:
    assert subject_across(question) is None


def test_the_kind_of_document_can_be_left_out() -> None:
    assert without_kind("policies rules passwords") == "rules passwords"
    assert without_kind("contratos") == "contratos"
