"""A text is checked, and something recommended, with the default models and the whole turn around them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.app import Assistant, build_app
from assistant.settings import load_settings
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.events import Finished, Reading

pytestmark = [pytest.mark.models, pytest.mark.slow]

LOANS = (
    "# Equipment loans\n\nStaff may borrow a projector for at most 9 days. A late return costs 12 euros a day.\n\n"
    "## Desk\n\nThe desk on floor 3 opens at 8:30.\n"
)
PROJECTORS = """modelo,tipo,peso (kg),precio (€),ruido (dB)
Luz 1,Proyector,"1,2","349,00",34
Luz 2,Proyector,"3,4","529,00",27
Luz 3,Proyector,"2,1","799,00",29
Tela A,Pantalla,"9,0","89,00",
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("documents")
    Path(folder / "loans.md").write_text(LOANS, encoding="utf-8")
    Path(folder / "proyectores.csv").write_text(PROJECTORS, encoding="utf-8")
    with build_app(load_settings(home=tmp_path_factory.mktemp("home"))) as opened:
        assert not opened.library.ingest(folder).failed
        opened.refine()
        yield opened


def _ask(assistant: Assistant, text: str) -> tuple[Answer, list[Reading]]:
    events = list(assistant.stream(TurnRequest(text)))
    assert isinstance(events[-1], Finished)
    answer = events[-1].answer
    for citation in answer.citations:
        assert assistant.library.text(citation.document_id)[citation.start : citation.end] == citation.quote
    return answer, [event for event in events if isinstance(event, Reading)]


def test_a_pasted_text_is_checked_sentence_by_sentence(assistant: Assistant) -> None:
    answer, read = _ask(
        assistant,
        "Check this e-mail against our documents:\n\nHi Tom,\n\nStaff may borrow a projector for at most 9 days. "
        "A late return costs 40 euros a day. The canteen serves fish on Fridays.\n\nRegards, Eve",
    )
    assert answer.route.reason == "claims_checked"
    assert [event.line for event in read] == [1, 2, 3]
    assert [each.supported for each in answer.support] == [True, False, False]
    assert "**Contradicted:** A late return costs 40 euros a day." in answer.text
    assert "**Not in the documents:** The canteen serves fish on Fridays." in answer.text
    assert "A late return costs 12 euros a day" in answer.text
    (turn,) = assistant.conversations.turns("local", answer.conversation_id)
    assert turn.answer == answer


def test_something_is_recommended_with_the_values_of_its_row(assistant: Assistant) -> None:
    answer, _ = _ask(assistant, "¿Qué proyector silencioso me recomiendas por menos de 700 euros?")
    assert answer.route.reason == "recommended"
    assert answer.text.splitlines()[2].startswith("1. **Luz 2**: 529,00 €, 27 dB")
    assert "Luz 3" not in answer.text
    assert "Tela" not in answer.text
