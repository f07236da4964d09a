"""A pasted text in pieces: what can be checked, and what there is nothing to check about."""

from assistant.turn.checking.claims import LONGEST_CLAIM, pieces_of

MAIL = """From: Olga
Subject: Your visit

Dear Ms Quill,

I hope this finds you well. Lockers are free for two hours, provided that
the key comes back the same day. They have to be booked at the desk.
Have you been here before?

Prices

- Day ticket: 9 €
2. Children under 6 pay nothing

| Hall | Opens |
|---|---|
| North | 9:00 |
| South | 10:30 |

Let me know if you have any questions.

Kind regards,
Olga Ruiz
Front desk, floor 3
"""
CORREO = """Hola, Marta:

Espero que estés bien. La taquilla es gratis durante dos horas. ¿Vendrás el lunes?

Un saludo,
Olga
"""


def test_claims_come_in_order_without_their_bullets() -> None:
    assert [piece.text for piece in pieces_of(MAIL) if piece.claim] == [
        "Lockers are free for two hours, provided that the key comes back the same day.",
        "They have to be booked at the desk.",
        "Day ticket: 9 €",
        "Children under 6 pay nothing",
        "Hall: North | Opens: 9:00",
        "Hall: South | Opens: 10:30",
    ]


def test_greetings_questions_headings_and_closings_have_nothing_to_check() -> None:
    assert [piece.text for piece in pieces_of(MAIL) if not piece.claim] == [
        "From: Olga",
        "Subject: Your visit",
        "Dear Ms Quill,",
        "I hope this finds you well.",
        "Have you been here before?",
        "Prices",
        "Let me know if you have any questions.",
        "Kind regards,",
        "Olga Ruiz",
        "Front desk, floor 3",
    ]
    assert [piece.text for piece in pieces_of(CORREO) if piece.claim] == ["La taquilla es gratis durante dos horas."]


def test_a_claim_knows_its_heading_and_the_sentence_it_leans_on() -> None:
    context = {piece.text: piece.context for piece in pieces_of(MAIL)}
    assert context["They have to be booked at the desk."].startswith("Lockers are free")
    assert context["Day ticket: 9 €"] == "Prices"
    assert context["Have you been here before?"] == ""


def test_a_row_of_cells_between_tabs_is_a_claim_under_its_column_names() -> None:
    assert [piece.text for piece in pieces_of("Hall\tOpens\nNorth\t9:00") if piece.claim] == [
        "Hall: North | Opens: 9:00"
    ]


def test_a_sentence_that_thanks_and_then_states_something_is_cut() -> None:
    pieces = pieces_of("Thanks for your message. The refund takes 5 days.")
    assert [piece.claim for piece in pieces] == [False, True]


def test_nothing_and_noise_are_no_claims() -> None:
    assert pieces_of("") == []
    assert pieces_of("\n \n\t\n") == []
    assert not any(piece.claim for piece in pieces_of("???\n\n---\n\nOk."))


def test_a_sentence_without_end_is_bounded() -> None:
    (piece,) = pieces_of("word " * 2_000)
    assert len(piece.text) == LONGEST_CLAIM
