"""Summary, translation and draft with the default models: whatever they write, figures hold and quotes exist."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.app import Assistant, build_app
from assistant.settings import load_settings
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.events import Finished
from assistant.turn.strategies.exactness import exact

pytestmark = [pytest.mark.models, pytest.mark.long]

DOCUMENTS = {
    "loans.md": (
        "# Equipment loans\n\n## Who may borrow\n\nStaff may borrow a projector for at most 9 days.\n\n"
        "## Returning\n\nReturn equipment to the desk on floor 3. A late return costs 12 euros a day.\n"
    ),
    "comedor_es.md": (
        "# Normas del comedor\n\n## Horario\n\nEl comedor abre de 13:00 a 15:30.\n\n"
        "## Reservas\n\nLas mesas para grupos se reservan con 2 días de antelación.\n"
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("home")
    folder = tmp_path_factory.mktemp("documents")
    for name, text in DOCUMENTS.items():
        Path(folder / name).write_text(text, encoding="utf-8")
    with build_app(load_settings(home=home, drafting={"signature": "Un saludo,\nEl comedor"})) as opened:
        opened.library.ingest(folder)
        opened.refine()
        yield opened


def _ask(assistant: Assistant, text: str) -> Answer:
    answer = None
    for event in assistant.stream(TurnRequest(text)):
        answer = event.answer if isinstance(event, Finished) else answer
    assert answer is not None
    for each in answer.citations:
        assert assistant.library.text(each.document_id)[each.start : each.end] == each.quote
    return answer


def test_a_spanish_document_is_summarised_in_english(assistant: Assistant) -> None:
    answer = _ask(assistant, "Summarise the document comedor_es.md")
    assert answer.route.reason == "document_summary"
    assert answer.understanding.language == "en"
    assert {"13:00", "15:30", "2"} & exact(answer.text).figures
    assert [each.document for each in answer.citations] == ["comedor_es.md"] * 2


def test_a_text_is_translated_with_its_figures(assistant: Assistant) -> None:
    answer = _ask(
        assistant, "Translate this into Spanish:\nThe projector PX-20 costs €12.50 a day.\nCall before 17:30."
    )
    assert answer.route.reason == "translation"
    assert exact(answer.text).figures >= {"12.5", "17:30"}
    assert "px-20" in exact(answer.text).others
    assert "cuesta" in answer.text.casefold()


def test_a_draft_states_only_what_is_known(assistant: Assistant) -> None:
    answer = _ask(assistant, "Redacta un aviso para los empleados sobre las reservas de mesas del comedor")
    assert answer.text.startswith("**Borrador: revísalo antes de enviarlo.**")
    draft = answer.text.partition("---")[0]
    assert "Un saludo,\nEl comedor" in draft
    assert exact(draft) <= exact("2 13:00 15:30")
    assert "comedor_es.md" in {each.document for each in answer.citations}
