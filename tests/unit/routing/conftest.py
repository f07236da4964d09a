"""What decisions are made on, ready made."""

from collections.abc import Callable

import pytest

from assistant.routing.router import Signals
from assistant.turn.answer import Evidence
from knowledge.passage import Passage, Sentence

MakeSignals = Callable[..., Signals]


def evidence_of(*relevances: float) -> list[Evidence]:
    sentence = Sentence("x", 0, 1)
    passage = Passage("c", "d", "a.md", "A", (), "x", 0, 1, None, "en", 1.0, sentences=(sentence,))
    return [Evidence(number, passage, sentence, each, (sentence,)) for number, each in enumerate(relevances, 1)]


@pytest.fixture(scope="session")
def signals() -> MakeSignals:
    """A plain question with clear evidence; every field can be given."""

    def make(**given: object) -> Signals:
        usual: dict[str, object] = {
            "choice": "auto", "intent": "question", "small_talk": False, "question": "How long is it?", "parts": 1,
            "follow_up": False, "evidence": evidence_of(0.95, 0.4),
        }  # fmt: skip
        return Signals(**(usual | given))  # type: ignore[arg-type]

    return make
