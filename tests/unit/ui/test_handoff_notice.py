"""What the page shows when a conversation was handed to a person."""

from dataclasses import replace

import pytest

from assistant.testing.answers import an_answer
from assistant.turn.answer import Route
from assistant.ui.answer import answer_body


@pytest.mark.parametrize(("language", "title"), [("en", "Passed to a colleague"), ("es", "Pasado a un compañero")])
def test_it_is_a_notice_with_a_title(language: str, title: str) -> None:
    answer = an_answer("c1", "I have told a colleague. <b>900</b>", route=Route("none", "", "handoff"), support=())
    shown = answer_body(answer, language)
    assert 'role="note"' in shown
    assert title in shown
    assert "<b>900" not in shown
    assert title not in answer_body(replace(answer, route=Route("slm", "m", "one_line")), language)
