"""Yes, no, forget it, and what is a question."""

import pytest

from assistant.turn.strategies.replies import asks, leaves, says_no, says_yes


@pytest.mark.parametrize("said", ["yes", "Yes, please!", "sí", "Sí, por favor", "vale", "ok, go ahead", "claro",
                                  "confirmo", "adelante", "perfect, thanks"])  # fmt: skip
def test_agreement(said: str) -> None:
    assert says_yes(said)


@pytest.mark.parametrize("said", ["yes, but at six", "no", "sí, pero a las seis", "yesterday", "not yes",
                                  "ok and delete all",
                                  "yes cancel the other one", "", "¿sí?  no", "please don't"])  # fmt: skip
def test_what_is_not_a_bare_yes_confirms_nothing(said: str) -> None:
    assert not says_yes(said)


@pytest.mark.parametrize("said", ["no", "No, thanks", "no gracias", "mejor no", "nope"])
def test_refusal(said: str) -> None:
    assert says_no(said)
    assert not says_yes(said)


@pytest.mark.parametrize("said", ["no, at six", "no, el jueves"])
def test_a_correction_is_no_refusal(said: str) -> None:
    assert not says_no(said)


@pytest.mark.parametrize("said", ["forget it", "Never mind", "déjalo", "Olvídalo, gracias", "ya no quiero la cita"])
def test_giving_up(said: str) -> None:
    assert leaves(said)


@pytest.mark.parametrize("said", ["don't forget my colour", "next Tuesday", "el martes"])
def test_going_on(said: str) -> None:
    assert not leaves(said)


@pytest.mark.parametrize(
    "said", ["how much is it", "What does it cost?", "¿abrís los sábados?", "cuánto cuesta", "and when"]
)
def test_questions(said: str) -> None:
    assert asks(said)


@pytest.mark.parametrize("said", ["on Tuesday", "Ana Pérez", "a las cinco"])
def test_answers(said: str) -> None:
    assert not asks(said)
