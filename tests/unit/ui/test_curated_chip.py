"""A curated answer says so in its chip, in both languages."""

import pytest

from assistant.testing.answers import an_answer
from assistant.turn.answer import Route
from assistant.ui.chip import chip


@pytest.mark.parametrize(("language", "said"), [("en", "curated answer"), ("es", "respuesta revisada por una persona")])
def test_the_chip_says_that_a_person_wrote_it(language: str, said: str) -> None:
    assert said in chip(an_answer("c", route=Route("none", "", "curated")), language)
