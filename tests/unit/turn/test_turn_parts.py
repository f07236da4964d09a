"""The questions inside a question, and what is only told beside them."""

import pytest

from assistant.turn.parts import can_be_asked_of_lines, parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What does it cost and how long does it take?", ["What does it cost", "how long does it take?"]),
        ("Para el X, ¿qué aceite usa y qué garantía tiene?", ["Para el X, ¿qué aceite usa", "qué garantía tiene?"]),
        ("¿Abre algún domingo? ¿Hasta qué hora?", ["¿Abre algún domingo?", "¿Hasta qué hora?"]),
        ("When is pay day? I'm starting in Cork", ["When is pay day? I'm starting in Cork"]),
        ("I live in Rome. What is the fee and who pays it?", ["I live in Rome. What is the fee", "who pays it?"]),
        ("It is broken. I fell. What now?", ["It is broken. I fell. What now?"]),
        ("The fee for cats and dogs", ["The fee for cats and dogs"]),
        ("Price of the toner, and how long does it last?", ["Price of the toner", "how long does it last?"]),
        ("a quien aviso si lo pierdo y a quien si me corto", ["a quien aviso si lo pierdo", "a quien si me corto"]),
        ("Who do I call and for how long is it open?", ["Who do I call", "for how long is it open?"]),
        ("I moved to Lugo and where do I park?", ["I moved to Lugo and where do I park?"]),
        ("How many days may I stay, and who decides?", ["How many days may I stay", "who decides?"]),
        ("¿Cuántos días son y quién decide?", ["¿Cuántos días son", "quién decide?"]),
        ("How long does it take and why does it differ?", ["How long does it take", "why does it differ?"]),
        ("¿Cuánto mide la L2 y cuánto cuesta?", ["¿Cuánto mide la L2", "cuánto cuesta?"]),
        ("How long is it valid, and since when?", ["How long is it valid", "since when?"]),
        ("hello there", []),
        ("", []),
    ],
)
def test_parts(question: str, parts: list[str]) -> None:
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    ("question", "by_itself"),
    [
        ("How many days from home may support work, and until what time?", True),
        ("How many days may I stay in Spain, and who decides?", True),  # a line about something else seldom tells
        ("¿Cuánto puedo ocupar una cabina en Gijón? ¿Y en Cork, cuando voy de visita?", False),
        ("¿Cuánto cuesta cambiar la batería y cuánto vale suelta?", False),
        ("What does the L2 cost, and how long does it last?", False),
    ],
)
def test_a_part_that_leans_on_the_first_is_not_asked_by_itself(question: str, by_itself: bool) -> None:
    first, later = parts_of(question)
    assert can_be_asked_of_lines(later, first) is by_itself


def test_what_is_told_stays_with_its_question() -> None:
    parts = parts_of("¿Cuánto cuesta y cuánto tiempo dura? Es para Lugo. ¿Y quién lo paga al final?")
    assert parts == ["¿Cuánto cuesta y cuánto tiempo dura? Es para Lugo.", "¿Y quién lo paga al final?"]
