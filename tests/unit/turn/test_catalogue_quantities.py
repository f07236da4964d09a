"""Numbers and units as people and tables write them."""

import pytest

from assistant.turn.catalogues.quantities import Quantity, cell_quantity, number_of, unit_of_name, without_unit


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("600", 600), ("1.299,00", 1299), ("1,299.00", 1299), ("5.200", 5200), ("1,250", 1250), ("6,40", 6.4),
        ("0.125", 0.125), ("549.00", 549), ("1.234.567", 1234567), ("-5", -5), ("12,5", 12.5),
    ],
)  # fmt: skip
def test_numbers_are_read_in_both_ways_of_writing(text: str, number: float) -> None:
    assert number_of(text) == pytest.approx(number)


@pytest.mark.parametrize(
    ("cell", "quantity"),
    [
        ("8 kg", Quantity(8, "kg")), ("€ 1.299", Quantity(1299, "€")), ("549,00 €", Quantity(549, "€")),
        ("500 g", Quantity(0.5, "kg")), ("1,5 h", Quantity(90, "min")), ("2 años", Quantity(24, "months")),
        ("42", Quantity(42, "")), ("45 dB(A)", Quantity(45, "dB")),
    ],
)  # fmt: skip
def test_a_cell_is_a_quantity_in_the_unit_of_its_measure(cell: str, quantity: Quantity) -> None:
    assert cell_quantity(cell) == quantity


@pytest.mark.parametrize("cell", ["A++", "White", "8 or 9 kg", "10:00-20:30", "2026-03-01", "900 000 301", ""])
def test_what_is_more_than_a_quantity_is_none(cell: str) -> None:
    assert cell_quantity(cell) is None


@pytest.mark.parametrize(
    ("name", "unit", "label"),
    [
        ("Noise (dB)", "dB", "Noise"), ("price_spain_eur", "eur", "price spain"),
        ("precio con IVA (€)", "€", "precio con IVA"), ("Model", "", "Model"), ("Width [cm]", "cm", "Width"),
    ],
)  # fmt: skip
def test_the_unit_of_a_column_stands_in_its_name(name: str, unit: str, label: str) -> None:
    assert unit_of_name(name)[0] == unit
    assert without_unit(name) == label
