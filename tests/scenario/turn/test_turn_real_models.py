"""The whole thing with the default models: documents in, a cited answer out, in both languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.app import Assistant, build_app
from assistant.settings import load_settings
from assistant.turn.answer import Answer, ModelChoice, TurnRequest
from assistant.turn.events import Finished, Found, Wrote

pytestmark = [pytest.mark.models, pytest.mark.slow]

DOCUMENTS = {
    "loans.md": (
        "# Equipment loans\n\nStaff may borrow a projector for at most 9 days. Laptops can be borrowed for 30 days.\n\n"
        "## Returning\n\nReturn equipment to the desk on floor 3. A late return costs 12 euros a day.\n"
    ),
    "comedor_es.md": (
        "# Comedor\n\nEl comedor abre de 13:00 a 15:30. El menú del día cuesta 8,50 euros.\n\n"
        "## Reservas\n\nLas mesas para grupos se reservan con 2 días de antelación.\n"
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("home")
    folder = tmp_path_factory.mktemp("documents")
    for name, text in DOCUMENTS.items():
        Path(folder / name).write_text(text, encoding="utf-8")
    with build_app(load_settings(home=home)) as opened:
        report = opened.library.ingest(folder)
        assert not report.failed
        opened.refine()
        yield opened


def _ask(assistant: Assistant, text: str, model: ModelChoice = "auto") -> tuple[Answer, str, int]:
    """The answer, what was streamed, and how many events came before the first word."""
    streamed, before, answer = "", 0, None
    for event in assistant.stream(TurnRequest(text, model=model)):
        streamed += event.text if isinstance(event, Wrote) else ""
        before += not streamed and isinstance(event, Found)
        answer = event.answer if isinstance(event, Finished) else answer
    assert answer is not None
    return answer, streamed, before


@pytest.mark.parametrize(
    ("question", "fact", "document", "language"),
    [
        ("For how many days can I borrow a projector?", "9", "loans.md", "en"),
        ("¿Cuánto cuesta el menú del día?", "8,50", "comedor_es.md", "es"),
        ("What is the price of the set menu in the canteen?", "8", "comedor_es.md", "en"),
    ],
)
def test_a_question_gets_a_cited_answer(
    assistant: Assistant, question: str, fact: str, document: str, language: str
) -> None:
    answer, streamed, found = _ask(assistant, question, "llm")
    assert not answer.abstained
    assert fact in answer.text
    assert found == 1
    assert streamed.strip()
    assert answer.understanding.language == language
    assert document in {citation.document for citation in answer.citations}
    for citation in answer.citations:
        assert assistant.library.text(citation.document_id)[citation.start : citation.end] == citation.quote


def test_the_small_model_reads_and_answers_by_itself(assistant: Assistant) -> None:
    answer, streamed, _ = _ask(assistant, "For how many days can I borrow a projector?")
    assert (answer.route.tier, answer.abstained) == ("slm", False)
    assert "9" in answer.text
    assert streamed.strip()
    assert {citation.document for citation in answer.citations} == {"loans.md"}


def test_what_the_documents_do_not_hold_is_not_answered(assistant: Assistant) -> None:
    answer, _, _ = _ask(assistant, "What is the phone number of the mayor of Lisbon?")
    assert answer.abstained
    assert answer.citations == ()
    assert "do not say" in answer.text


def test_small_talk_is_answered_by_the_small_model(assistant: Assistant) -> None:
    answer, _, _ = _ask(assistant, "¡Hola, buenos días!")
    assert (answer.route.tier, answer.abstained) == ("slm", False)
    assert answer.text


def test_the_turn_is_stored(assistant: Assistant) -> None:
    answer, _, _ = _ask(assistant, "Where do I return equipment?")
    (turn,) = assistant.conversations.turns("local", answer.conversation_id)
    assert turn.state == "finished"
    assert turn.answer is not None
    assert turn.answer.route == answer.route
    assert [each.passage.document for each in turn.answer.evidence] == [
        each.passage.document for each in answer.evidence
    ]
