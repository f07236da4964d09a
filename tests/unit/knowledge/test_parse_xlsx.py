import io
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock

import pytest
from openpyxl import Workbook

from knowledge.errors import ParseError
from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, bytes], ParsedDocument]


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet(*rows: Sequence[object], merged: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    return saved(book)


def patched(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with something in one of its parts replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            if name == part:
                assert re.search(old.encode(), text)
                text = re.sub(old.encode(), lambda _: new.encode(), text, count=1)
            after.writestr(name, text)
    return stream.getvalue()


def test_sheets_are_headings_and_rows_name_their_columns(parse: Parse) -> None:
    book = Workbook()
    book.active.title = "Prices"
    for row in (["Product", "Price"], ["Lamp", 9.5], ["Desk", 120.0]):
        book.active.append(row)
    for title, state in (("Secret", "hidden"), ("Deeper", "veryHidden"), ("Stock", "visible"), ("Empty", "visible")):
        added = book.create_sheet(title)
        added.sheet_state = state
        if title != "Empty":
            added.append(["Product", "Pieces"])
            added.append(["Lamp", 3])
    parsed = parse("prices.xlsx", saved(book))
    assert parsed.text.split("\n\n") == [
        "Prices",
        "Product: Lamp | Price: 9.5\nProduct: Desk | Price: 120",
        "Stock",
        "Product: Lamp | Pieces: 3",
    ]
    assert [heading.text for heading in parsed.headings] == ["Prices", "Stock"]


def test_the_only_sheet_under_the_name_the_program_gave_it_is_no_heading(parse: Parse) -> None:
    assert parse("x.xlsx", sheet(["A", "B"], ["x", 1])).text == "A: x | B: 1"


def test_values_as_they_are_read(parse: Parse) -> None:
    book = Workbook()
    book.active.append(["Day", "Moment", "Time", "Took", "Yes", "Rate", "Sum", "Text"])
    book.active.append(
        [
            date(2026, 3, 1),
            datetime(2026, 3, 1, 9, 30),
            clock(8, 15),
            timedelta(hours=30),
            True,
            0.21,
            0.1 + 0.2,
            "a\nb",
        ]
    )
    book.active["F2"].number_format = "0.0%"
    assert parse("x.xlsx", saved(book)).text == (
        "Day: 2026-03-01 | Moment: 2026-03-01 09:30:00 | Time: 08:15:00 | Took: 1 day, 6:00:00 | Yes: TRUE "
        "| Rate: 21% | Sum: 0.3 | Text: a b"
    )


def test_a_merged_header_reaches_over_its_columns(parse: Parse) -> None:
    data = sheet(
        ["Sales by region", None, None, None],
        ["Region", "2025", None, "Note"],
        [None, "Q1", "Q2", None],
        ["North", 10, 12, "good"],
        [None, 7, 8, None],
        merged=["A1:D1", "A2:A3", "B2:C2", "D2:D3", "A4:A5"],
    )
    assert parse("x.xlsx", data).text.split("\n") == [
        "Sales by region",
        "",
        "Region: North | 2025 Q1: 10 | 2025 Q2: 12 | Note: good",
        "Region: North | 2025 Q1: 7 | 2025 Q2: 8",
    ]


def test_an_empty_row_ends_a_block_and_the_names_stay_unless_new_ones_come(parse: Parse) -> None:
    data = sheet(
        ["Name", "City"], ["Ana", "Madrid"], [], ["Ben", "Lima"], ["Eva", "Quito"], [], ["Item", "Price"], ["Lamp", 9]
    )
    assert parse("x.xlsx", data).text.split("\n\n") == [
        "Name: Ana | City: Madrid",
        "Name: Ben | City: Lima\nName: Eva | City: Quito",
        "Item: Lamp | Price: 9",
    ]


def test_years_may_be_names_of_columns(parse: Parse) -> None:
    assert (
        parse("x.xlsx", sheet(["Product", 2025, 2026], ["Lamp", 10, 12])).text == "Product: Lamp | 2025: 10 | 2026: 12"
    )
    assert parse("x.xlsx", sheet(["ACME", 1999], ["Foo", 2001])).text == "ACME | 1999\nFoo | 2001"


def test_sections_and_notes_stand_alone(parse: Parse) -> None:
    data = sheet(["Name", "Days", "Note"], ["Spain"], ["Ana", 25, "x"], ["All figures in days."])
    assert parse("x.xlsx", data).text.split("\n") == ["Spain", "Name: Ana | Days: 25 | Note: x", "All figures in days."]


def test_lines_in_one_column_are_lines(parse: Parse) -> None:
    assert parse("x.xlsx", sheet(["Report"], ["Prepared by Ana."], [], ["Do not print."])).text == (
        "Report\nPrepared by Ana.\n\nDo not print."
    )


def test_a_table_may_stand_anywhere_on_the_sheet(parse: Parse) -> None:
    data = sheet([], [None, "Prices"], [None, "Item", "Price"], [None, "Lamp", 9])
    assert parse("x.xlsx", data).text == "Prices\n\nItem: Lamp | Price: 9"


def test_formulas_are_read_by_their_last_value(parse: Parse) -> None:
    data = patched(sheet(["A", "B"], ["x", "=1+1"]), "xl/worksheets/sheet1.xml", "<v ?/>|<v></v>", "<v>2</v>")
    assert parse("x.xlsx", data).text == "A: x | B: 2"


@pytest.mark.parametrize("claimed", ["A1:XFD1048576", "A1:A1", "nonsense"])
def test_a_dimension_that_lies(parse: Parse, claimed: str) -> None:
    data = sheet(["Name", "Days"], ["Ana", 25])
    data = patched(data, "xl/worksheets/sheet1.xml", '<dimension ref="[^"]*"', f'<dimension ref="{claimed}"')
    started = time.monotonic()
    try:
        assert parse("x.xlsx", data).text == "Name: Ana | Days: 25"
    except ParseError:
        assert claimed == "nonsense"
    assert time.monotonic() - started < 10


def test_a_row_number_that_lies(parse: Parse) -> None:
    data = patched(sheet(["Name", "Days"], ["Ana", 25]), "xl/worksheets/sheet1.xml", 'row r="2"', 'row r="2000000000"')
    started = time.process_time()
    assert "Name" in parse("x.xlsx", data).text
    assert time.process_time() - started < 10


def test_more_cells_than_are_read(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.parse.xlsx._MAX_CELLS", 5)
    with pytest.raises(ParseError, match=r"x\.xlsx holds more than 5 cells"):
        parse("x.xlsx", sheet(["a", "b"], ["c", "d"], ["e", "f"]))


def test_a_merge_of_everything_fills_nothing(parse: Parse) -> None:
    data = patched(
        sheet(["Name", "Days"], ["Ana", 25], merged=["E1:F1"]), "xl/worksheets/sheet1.xml", "E1:F1", "A1:XFD1048576"
    )
    assert parse("x.xlsx", data).text == "Name: Ana | Days: 25"


def test_an_archive_that_unpacks_to_too_much_is_refused(parse: Parse) -> None:
    bomb = patched(sheet(["a"]), "xl/worksheets/sheet1.xml", "$", " " * 250_000_000)
    with pytest.raises(ParseError, match="would unpack to 250 MB"):
        parse("bomb.xlsx", bomb)


def test_entities_are_neither_resolved_nor_expanded(parse: Parse) -> None:
    cell = '<c r="A1" t="inlineStr"><is><t>&e;</t></is></c>'
    opening = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for entities in ('<!ENTITY e SYSTEM "file:///etc/passwd">', f'<!ENTITY l0 "ha">{lines}<!ENTITY e "&l9;">'):
        content = f"<!DOCTYPE x [{entities}]>{opening}{cell}</row></sheetData></worksheet>"
        with pytest.raises(ParseError) as refusal:
            parse("x.xlsx", patched(sheet(["a"]), "xl/worksheets/sheet1.xml", "(?s).*", content))
        assert "root:" not in str(refusal.value)


@pytest.mark.parametrize("cut", [30, 500, 3000])
def test_a_torn_file(parse: Parse, cut: int) -> None:
    with pytest.raises(ParseError, match=r"torn\.xlsx"):
        parse("torn.xlsx", sheet(["a", "b"], ["c", "d"])[:cut])
