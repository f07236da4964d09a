"""Bounds of amounts: above and up to, also where a sentence is negated besides."""

import pytest

from assistant.grounding.support.bounds import turned_round

GIFTS = "What is offered: Small gifts | You may accept: Up to €50 in a calendar year | What you must do: Nothing"


@pytest.mark.parametrize(
    ("claim", "line", "told"),
    [
        ("Gifts above 50 euros may be kept.", GIFTS, "surely"),
        ("Gifts of more than 50 euros may be kept.", GIFTS, "surely"),
        ("Gifts up to 50 euros may be kept.", GIFTS, None),
        ("Gifts of 50 euros may be kept.", GIFTS, None),
        ("Gifts below 50 euros may be kept.", GIFTS, None),
        ("Gifts above 50 euros must be refused.", GIFTS, "perhaps"),
        ("Gifts above 50 euros may not be kept.", GIFTS, "perhaps"),
        ("No se pueden aceptar regalos de más de 50 euros.", "Se aceptan regalos de hasta 50 euros.", "perhaps"),
        ("Se pueden aceptar regalos de más de 50 euros.", "Se aceptan regalos de hasta 50 euros.", "surely"),
        ("Se aceptan regalos de 50 euros como máximo.", "Se aceptan regalos de hasta 50 euros.", None),
        ("El curso dura como mínimo 3 días.", "El curso dura 3 días como máximo.", "surely"),
        ("Claims are made within 30 days.", "Claims are made after at least 30 days.", "surely"),
        ("Claims are made in no more than 30 days.", "Claims are made within 30 days.", None),
        ("You need 3 years or more.", "You need three years at most.", "surely"),
        ("Six months and above.", "Six months or more.", None),
        ("Over 20 people, at least 5 of them guides.", "More than 20 people, up to 5 guides.", "surely"),
        ("Above 600 € she decides.", "You may sign up to €600; above that it is for her to decide.", None),
        ("Above 50 € sending is free.", "Up to 50 € sending costs 4 €, above 50 € it is free.", None),
        ("Sending is free above 50 €.", "Order: up to 50 € | Order: above 50 €", None),
        ("The room is free from 8 to 18.", "The room is free.", None),
        ("It costs 40 €.", "It costs 40 € or less.", None),
    ],
)
def test_a_number_that_is_bounded_the_other_way(claim: str, line: str, told: str | None) -> None:
    assert turned_round(claim, line) == told
