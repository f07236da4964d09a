"""Comparisons, questions of several parts and hand-offs with the default models."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.app import Assistant, build_app
from assistant.settings import load_settings
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.events import Finished

pytestmark = [pytest.mark.models, pytest.mark.slow]

DOCUMENTS = {
    "workshop.md": (
        "# Bicycle workshop\n\n| Service | Time | Price |\n|---|---|---|\n| Basic check | 2 days | €35 |\n"
        "| Full check | 5 days | €80 |\n\nThe workshop opens at 8:30 and is closed on Mondays.\n"
    ),
    "alquiler_es.md": (
        "# Alquiler\n\nUna bicicleta de montaña se alquila por 24 € al día. "
        "Una bicicleta eléctrica se alquila por 41 € al día. El casco va incluido.\n"
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("documents")
    for name, text in DOCUMENTS.items():
        Path(folder / name).write_text(text, encoding="utf-8")
    with build_app(load_settings(home=home, handoff={"enabled": True, "contact": {"es": "900 000 318"}})) as opened:
        opened.library.ingest(folder)
        opened.refine()
        yield opened


def _ask(assistant: Assistant, text: str, conversation: str | None = None) -> Answer:
    *_, last = assistant.stream(TurnRequest(text, conversation))
    assert isinstance(last, Finished), last
    return last.answer


@pytest.mark.long
def test_a_comparison_shows_both_with_their_lines(assistant: Assistant) -> None:
    answer = _ask(assistant, "¿Qué es más caro, alquilar una bicicleta de montaña o alquilar una bicicleta eléctrica?")
    assert answer.route.reason == "compared"
    assert "24" in answer.text
    assert "41" in answer.text
    assert "17" in answer.text  # what they differ by
    for citation in answer.citations:
        assert assistant.library.text(citation.document_id)[citation.start : citation.end] == citation.quote
    assert len(answer.citations) == 2


@pytest.mark.long
def test_a_part_that_the_documents_do_not_say_is_named(assistant: Assistant) -> None:
    answer = _ask(assistant, "When does the workshop open, and how many mechanics work in the workshop?")
    assert not answer.abstained
    assert "8:30" in answer.text
    assert "do not say: “how many mechanics work in the workshop”" in answer.text


def test_who_asks_for_a_person_is_handed_over(assistant: Assistant) -> None:
    answer = _ask(assistant, "prefiero hablar con una persona, por favor")
    assert (answer.understanding.intent, answer.route.reason) == ("handoff", "handoff")
    assert "900 000 318" in answer.text
    assert "no respondo aquí" in _ask(assistant, "¿cuánto cuesta el casco?", answer.conversation_id).text
    assistant.conversations.handoffs.close(assistant.conversations.handoffs.find()[0].id)
    assert _ask(assistant, "¿cuánto cuesta una bicicleta eléctrica?", answer.conversation_id).route.reason != "handoff"
