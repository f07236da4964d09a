"""What two statements differ by, and rows side by side."""

from decimal import Decimal

import pytest

from assistant.turn.strategies.aligned import Side, cells_of, table
from assistant.turn.strategies.gap import Gap, gap, value_of
from knowledge.lexical.analyzer import Analyzer


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("It costs €629 in Ireland.", "The B costs €469.", Gap("€160", 0)),
        ("Cuesta 14,95 € y tarda de 7 a 10 días.", "16,95 €, de 8 a 12 días", Gap("2 €", 1)),
        ("Cuesta 4,95 €", "Cuesta 9,50 €", Gap("4,55 €", 1)),
        ("1.8 hours", "8 hours", Gap("6.2 hours", 1)),
        ("within 60 days", "within 30 working days", Gap("30 days", 0)),
        ("12 months", "12 months", Gap("12 months", None)),
        ("1.400 €", "900 €", Gap("500 €", 0)),
        ("it holds 16 people", "10 people", Gap("6 people", 0)),
        ("2 to 4 working days", "1 working day", None),
        ("€5.95, free from €60", "€11.95", None),
        ("from 18:30", "from 17:30", None),
        ("14 days", "€14", None),
        ("", "", None),
    ],
)  # fmt: skip
def test_the_difference_is_worked_out(one: str, two: str, expected: Gap | None) -> None:
    assert gap(one, two) == expected


def test_numbers_are_read_in_both_forms() -> None:
    assert [value_of(each) for each in ("1,400", "1.400", "4,95", "4.95")] == [
        Decimal(1400), Decimal(1400), Decimal("4.95"), Decimal("4.95"),
    ]  # fmt: skip
    assert value_of("1.2.3.4") is None


STANDARD = Side("standard delivery", "Service: Standard | Time: 2 to 4 days | Price: €5.95 | Notes: Free from €60", 1)
EXPRESS = Side("express delivery", "Service: Express | Time: next day | Price: €11.95 | Notes: Before 14:00", 2)


def test_rows_stand_side_by_side_with_their_difference() -> None:
    shown = table([STANDARD, EXPRESS], "Compare standard and express delivery", "en", Analyzer(), "Difference")
    assert shown is not None
    assert shown.splitlines() == [
        "|  | standard delivery [1] | express delivery [2] | Difference |",
        "| --- | --- | --- | --- |",
        "| **Time** | 2 to 4 days | next day |  |",
        "| **Price** | €5.95 | €11.95 | €6 |",
        "| **Notes** | Free from €60 | Before 14:00 |  |",
    ]


def test_columns_that_are_asked_for_are_shown_alone() -> None:
    assert table([STANDARD, EXPRESS], "Compare their price", "en", Analyzer()) is None  # one column is no table
    shown = table([STANDARD, EXPRESS], "Compare price and time", "en", Analyzer())
    assert shown is not None
    assert "Notes" not in shown


def test_rows_without_columns_in_common_make_no_table() -> None:
    other = Side("x", "Colour: red | Size: 2 | Weight: 3 kg", 3)
    assert table([STANDARD, other], "?", "en", Analyzer()) is None
    assert table([STANDARD, Side("y", "A sentence.", 3)], "?", "en", Analyzer()) is None
    assert cells_of("When: and how | not") == {}


def test_what_a_cell_holds_breaks_no_table() -> None:
    one = Side("a|b\nc", "K: 1 | L: two\n| three | M: " + "x" * 900, 1)
    shown = table([one, Side("d", "K: 2 | L: y | M: z", 2)], "?", "en", Analyzer())
    assert shown is None or all(line.startswith("|") and line.endswith("|") for line in shown.splitlines())
