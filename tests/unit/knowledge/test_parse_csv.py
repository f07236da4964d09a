from collections.abc import Callable

import pytest

from knowledge.parse.document import ParsedDocument
from knowledge.sentences import split_sentences

Parse = Callable[[str, str], ParsedDocument]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_each_row_names_its_columns(parse: Parse, mark: str) -> None:
    rows = [["Product", "Price", "Note"], ["Lamp", "9.50", "Now. Or never."], ["Desk", "", "heavy"]]
    parsed = parse("prices.csv", "\n".join(mark.join(row) for row in rows))
    assert parsed.text == "Product: Lamp | Price: 9.50 | Note: Now. Or never.\nProduct: Desk | Note: heavy"
    assert [sentence.text for sentence in split_sentences(parsed.text)] == parsed.text.split("\n")


def test_quoted_cells_may_hold_line_breaks_and_delimiters(parse: Parse) -> None:
    assert parse("x.csv", 'Q,A\n"Open, when?","At nine.\nNot earlier."\n').text == (
        "Q: Open, when? | A: At nine. Not earlier."
    )


def test_without_column_names(parse: Parse) -> None:
    assert parse("x.csv", "1,2\n3,4\n").text == "1 | 2\n3 | 4"


def test_rows_longer_than_the_header_and_one_row_only(parse: Parse) -> None:
    assert parse("x.csv", "a,b\nc,d,e\n").text == "a: c | b: d | e"
    assert parse("x.csv", "only,one row\n").text == "only | one row"
