"""Which questions need the conversation before them."""

import pytest

from assistant.turn.followup import carried_over, depends_on_history
from knowledge.lexical.analyzer import Analyzer


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("and in Paris?", "en"), ("What about part-timers?", "en"), ("Does it cover batteries?", "en"), ("why?", "en"),
        ("¿y para los menores?", "es"), ("¿Y si es de 150?", "es"), ("pero eso cubre todo?", "es"), ("¿por qué?", "es"),
    ],
)  # fmt: skip
def test_continuations_depend_on_history(question: str, language: str) -> None:
    assert depends_on_history(question, Analyzer(), language)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How long is the warranty for batteries in Ireland?", "en"),
        ("What is the hotel limit in London for managers?", "en"),
        ("¿Cuántos días de vacaciones tengo en España?", "es"),
        ("¿Cuál es la garantía de los robots aspiradores Rondo?", "es"),
    ],
)
def test_whole_questions_stand_alone(question: str, language: str) -> None:
    assert not depends_on_history(question, Analyzer(), language)


def test_the_carried_over_question_holds_both() -> None:
    assert carried_over("and in Paris?", "What does the gym in Berlin cost?") == (
        "What does the gym in Berlin cost? and in Paris?"
    )
