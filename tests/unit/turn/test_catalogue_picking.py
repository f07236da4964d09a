"""What is asked of a catalogue, and which rows are chosen: never one that violates a limit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.turn.catalogues.catalogue import Catalogue, catalogues_of, cells_of
from assistant.turn.catalogues.limits import limits_of
from assistant.turn.catalogues.picking import Picked, Request, pick, read_request
from assistant.turn.catalogues.wanted import SAME_THING, asks_for_recommendation, heads_of, near_rows, rows_of, thing_in
from assistant.turn.catalogues.wishes import wishes_of
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage
from knowledge.sentences import split_sentences

ROWS = """Model: Alba 5 | Kind: Fridge | Volume (l): 180 | Price (€): 329 | Noise (dB): 41 | Class: C | Colour: White
Model: Alba 7 | Kind: Fridge | Volume (l): 260 | Price (€): 489 | Noise (dB): 38 | Class: B | Colour: White
Model: Alba 9 | Kind: Fridge | Volume (l): 340 | Price (€): 599 | Noise (dB): 36 | Class: A | Colour: Steel
Model: Alba X | Kind: Fridge | Volume (l): 420 | Price (€): 899 | Noise (dB): 39 | Class: A | Colour: Black
Model: Bora 2 | Kind: Freezer | Volume (l): 200 | Price (€): 399 | Noise (dB): 42 | Class: C | Colour: White"""
FILAS = """\
modelo: Alba 5 | tipo: Nevera | volumen (l): 180 | precio (€): 329,00 | ruido (dB): 41 | clase: C | tono: Gris
modelo: Alba 7 | tipo: Nevera | volumen (l): 260 | precio (€): 489,00 | ruido (dB): 38 | clase: B | tono: Blanco
modelo: Alba 9 | tipo: Nevera | volumen (l): 340 | precio (€): 1.099,00 | ruido (dB): 36 | clase: A | tono: Gris"""


def catalogue(text: str = ROWS, kind: str = "fridge") -> Catalogue:
    passage = Passage("p", "p", "fridges.csv", "Fridges", (), text, 0, len(text), None, "en", 1.0,
                      sentences=split_sentences(text))  # fmt: skip
    (table,) = catalogues_of([passage])
    return table.only(rows_of(kind, table, Analyzer()))


def chosen(said: str, table: Catalogue) -> tuple[list[str], Picked, Request]:
    request = read_request(said, "", table, lambda rest: "")
    picked = pick(request, table, lambda words, rows: [0.0] * len(rows))
    column = table.columns[0]
    return [column.cells[option.row] for option in picked.options], picked, request


def test_a_line_that_names_its_columns_is_a_row() -> None:
    assert cells_of("Model: A | Price (€): 3 | Ratio: 1:2") == {"Model": "A", "Price (€)": "3", "Ratio": "1:2"}
    assert cells_of("The price is 3 €.") == {}


def test_only_tables_with_some_rows_and_columns_are_catalogues() -> None:
    text = "One: 1 | Two: 2\nOne: 3 | Two: 4\n\nA: 1 | B: 2 | C: 3"
    assert catalogues_of([Passage("p", "p", "d", "T", (), text, 0, 9, None, None, 1.0,
                                  sentences=split_sentences(text))]) == []  # fmt: skip


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("a fridge under 500 €", ["Alba 5", "Alba 7"]),
        ("a fridge for at most €599", ["Alba 5", "Alba 7", "Alba 9"]),
        ("a fridge between 400 and 700 euros", ["Alba 7", "Alba 9"]),
        ("a fridge of at least 300 litres under 700 €", ["Alba 9"]),
        ("a fridge below 39 dB", ["Alba 7", "Alba 9"]),
        ("a 260 l fridge", ["Alba 7"]),
        ("a black fridge", ["Alba X"]),
        ("a fridge that is not white", ["Alba 9", "Alba X"]),
        ("a fridge of class B or better", ["Alba 7", "Alba 9", "Alba X"]),
        ("a fridge, my budget is 500", ["Alba 5", "Alba 7"]),
        ("the cheapest fridge", ["Alba 5", "Alba 7", "Alba 9"]),
        ("a quiet fridge", ["Alba 9", "Alba 7", "Alba X"]),
        ("a quiet fridge under 500 €", ["Alba 7", "Alba 5"]),
        ("a fridge for a family of six", ["Alba X", "Alba 9", "Alba 7"]),
        ("a fridge of 300 litres or more", ["Alba 9", "Alba X"]),
    ],
)
def test_english_wishes(said: str, options: list[str]) -> None:
    assert chosen(said, catalogue())[0] == options


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("una nevera de menos de 500 €", ["Alba 5", "Alba 7"]),
        ("una nevera de al menos 250 litros", ["Alba 7", "Alba 9"]),
        ("una nevera de entre 400 y 1.200 euros", ["Alba 7", "Alba 9"]),
        ("una nevera blanca que no pase de 40 dB", ["Alba 7"]),
        ("una nevera silenciosa", ["Alba 9", "Alba 7", "Alba 5"]),
        ("una nevera grande y barata", ["Alba 5", "Alba 7", "Alba 9"]),
        ("una nevera con clase A", ["Alba 9"]),
        ("una nevera, tengo 500 euros", ["Alba 5", "Alba 7"]),
        ("una nevera para una familia numerosa", ["Alba 9", "Alba 7", "Alba 5"]),
    ],
)
def test_spanish_wishes(said: str, options: list[str]) -> None:
    found = chosen(said, catalogue(FILAS, "nevera"))[0]
    assert sorted(found) == sorted(options) if "grande y barata" in said else found == options


def test_when_nothing_fits_the_nearest_comes_with_what_it_misses() -> None:
    names, picked, _ = chosen("a fridge of at least 300 l under 400 €", catalogue())
    assert picked.fitting == 0
    assert names[:2] == ["Alba 5", "Alba 9"]
    assert [limit.said.strip() for limit in picked.options[0].missed] == ["at least 300 l"]


def test_a_unit_that_no_column_has_is_unknown_rather_than_fulfilled() -> None:
    _, _, request = chosen("a fridge with 5 years of warranty", catalogue())
    assert request.limits.unknown == ("5 years",)


def test_two_columns_of_one_unit_are_asked_about_unless_one_is_named() -> None:
    text = (
        "Model: A | Width (cm): 50 | Height (cm): 90 | Kind: Desk\n"
        "Model: B | Width (cm): 60 | Height (cm): 80 | Kind: Desk"
    )
    table = catalogue(text, "desk")
    assert [each.label for each in limits_of("a desk under 70 cm", table).either] == ["Width", "Height"]
    named = limits_of("a desk with a width under 55 cm", table)
    assert (named.either, [each.column.label for each in named.limits]) == ((), ["Width"])


def test_a_later_limit_takes_an_earlier_one_back() -> None:
    assert chosen("a fridge under 700 €. under 400 €", catalogue())[0] == ["Alba 5"]


def test_a_number_that_counts_people_or_nothing_is_no_limit() -> None:
    _, picked, request = chosen("a fridge for 4 people in flat 12", catalogue())
    assert request.limits.limits == ()
    assert picked.fitting == 4


@given(st.text(alphabet="0123456789 €kgldBundermenosdeatleast.,-–", max_size=60))
@settings(max_examples=150, deadline=None)
def test_whatever_is_said_no_option_violates_a_limit_that_was_read(said: str) -> None:
    table = catalogue()
    request = read_request(f"a fridge {said}", "fridge", table, lambda rest: "")
    picked = pick(request, table, lambda words, rows: [0.0] * len(rows))
    for option in picked.options:
        broken = [limit for limit in request.limits.limits if not limit.holds(option.row)]
        assert bool(picked.fitting) == (not broken)
        assert list(option.missed) == broken


def test_a_wish_is_a_column_and_its_words_are_used_up() -> None:
    wishes, rest = wishes_of("a quiet and cheap fridge with a zipper", catalogue())
    assert [(wish.column.label, wish.high) for wish in wishes] == [("Noise", False), ("Price", False)]
    assert "quiet" not in rest
    assert "zipper" in rest


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ("Which washing machine would you recommend for a family of five?", "washing machine"),
        ("Recommend me a quiet fridge under 700 €", "fridge"),
        ("I'm looking for a tent of at least 3 m", "tent"),
        ("What laptop should I buy?", "laptop"),
        ("Recomiéndame una lavadora silenciosa para un piso pequeño", "lavadora"),
        ("¿Qué portátil me compro?", "portatil"),
        ("¿Cuál es la mejor cafetera para una oficina?", "cafetera"),
        ("Busco un aspirador sin cable por menos de 200 €", "aspirador"),
        ("What would you recommend?", ""),
    ],
)
def test_the_thing_is_told_from_what_is_said_of_it(said: str, thing: str) -> None:
    assert asks_for_recommendation(said)
    assert thing_in(said) == thing


def test_every_word_of_a_thing_has_to_be_in_one_cell_and_accessories_are_none() -> None:
    text = (
        "Name: Espresso machine S1 | Group: Kitchen | Price: 99 €\n"
        "Name: Descaler for espresso machine | Group: Kitchen | Price: 9 €\n"
        "Name: Sewing machine Z | Group: Home | Price: 199 €"
    )
    passage = Passage("p", "p", "d", "T", (), text, 0, 9, None, None, 1.0, sentences=split_sentences(text))
    (table,) = catalogues_of([passage])
    assert rows_of("espresso machine", table, Analyzer()) == [0]
    assert rows_of("washing machine", table, Analyzer()) == []


def test_a_thing_under_another_name_is_what_is_near_enough_and_nothing_far_behind_it() -> None:
    passage = Passage("p", "p", "d", "T", (), ROWS, 0, 9, None, None, 1.0, sentences=split_sentences(ROWS))
    (table,) = catalogues_of([passage])
    heads = heads_of(table)
    assert heads["fridge"] == [0, 1, 2, 3]
    near = {"fridge": SAME_THING + 0.1, "freezer": SAME_THING + 0.01}
    assert near_rows("nevera", heads, lambda thing, texts: [near.get(text, 0.0) for text in texts]) == [0, 1, 2, 3]
    assert near_rows("nevera", heads, lambda thing, texts: [SAME_THING - 0.01] * len(texts)) == []
