"""The default large model calls tools: an appointment from the first words to its calendar file."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from assistant.app import Assistant, build_app
from assistant.settings import load_settings
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.events import Finished

pytestmark = [pytest.mark.models, pytest.mark.long]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("home")
    with build_app(load_settings(home=home, appointments={"enabled": True, "timezone": "Europe/Madrid"})) as opened:
        opened.library.add_texts(
            [("fees.md", "Fees", "A missed appointment costs 15 euros. Appointments last 30 minutes.")]
        )
        opened.refine()
        yield opened


def _ask(assistant: Assistant, text: str, conversation: str | None = None) -> Answer:
    answer = None
    for event in assistant.stream(TurnRequest(text, conversation)):
        answer = event.answer if isinstance(event, Finished) else answer
    assert answer is not None
    return answer


def test_an_appointment_from_one_sentence_and_a_yes(assistant: Assistant) -> None:
    said = "Quiero pedir cita para una revisión el martes que viene a las cinco y media, me llamo Lucía Gómez"
    asked = _ask(assistant, said)
    assert asked.text == "¿Cómo te podemos contactar: un correo o un teléfono?"
    confirmed = _ask(assistant, "lucia@example.org", asked.conversation_id)
    assert "a las 17:30** para Lucía Gómez (lucia@example.org)? (sí / no)" in confirmed.text
    assert "¿Reservo **revisión** el **martes" in confirmed.text
    booked = _ask(assistant, "sí", asked.conversation_id)
    assert booked.calls[0].outcome == "done"
    store = assistant.tasks.appointments()
    assert store is not None
    (found,) = store.upcoming("local", datetime.now(UTC))
    assert booked.calls[0].file == f"/api/v1/appointments/{found.id}.ics"


def test_a_question_about_appointments_is_none(assistant: Assistant) -> None:
    answer = _ask(assistant, "What does a missed appointment cost?")
    assert answer.calls == ()
    assert answer.task is None
    assert "15 euros" in answer.text
