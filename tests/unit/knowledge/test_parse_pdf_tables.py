from collections.abc import Callable, Sequence

import pytest
from fpdf import FPDF, FontFace

from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, bytes], ParsedDocument]

PRICES = [
    ("Article", "Quantity", "Price"),
    ("Filter cartridge", "12", "8.50 €"),
    ("Group gasket", "3", "4.00 €"),
    ("Descaler", "140", "11.25 €"),
]
PRICE_LINES = [
    "Article: Filter cartridge | Quantity: 12 | Price: 8.50 €",
    "Article: Group gasket | Quantity: 3 | Price: 4.00 €",
    "Article: Descaler | Quantity: 140 | Price: 11.25 €",
]


def page() -> FPDF:
    made = FPDF()
    made.core_fonts_encoding = "cp1252"
    made.add_page()
    made.set_font("helvetica", size=11)
    return made


def ruled(made: FPDF, rows: Sequence[Sequence[str]], *, bold: bool = True, width: float = 150) -> None:
    style = FontFace(emphasis="BOLD" if bold else None)
    with made.table(rows, width=width, headings_style=style):
        pass


def unruled(
    made: FPDF, rows: Sequence[Sequence[str]], *, widths: Sequence[float] = (80, 30, 30), align: str = "LRR"
) -> None:
    for number, row in enumerate(rows):
        made.set_font("helvetica", "B" if number == 0 else "", size=11)
        for text, width, side in zip(row, widths, align, strict=True):
            made.cell(width, 4.8, text, align=side)
        made.ln(4.8)
    made.set_font("helvetica", size=11)


def text_of(parse: Parse, made: FPDF) -> str:
    return parse("x.pdf", bytes(made.output())).text


def test_a_ruled_table_between_paragraphs(parse: Parse) -> None:
    made = page()
    made.multi_cell(0, 6, "These are the prices of this year.\n\n")
    ruled(made, PRICES)
    made.multi_cell(0, 6, "\nThey hold until December.")
    expected = ["These are the prices of this year.", "\n".join(PRICE_LINES), "They hold until December."]
    assert text_of(parse, made).split("\n\n") == expected


def test_a_ruled_header_in_the_same_font_is_one_when_values_stand_below(parse: Parse) -> None:
    made = page()
    ruled(made, PRICES, bold=False)
    assert text_of(parse, made).split("\n") == PRICE_LINES


def test_rules_drawn_one_by_one(parse: Parse) -> None:
    made = page()
    unruled(made, PRICES)
    for height in range(5):
        made.line(10, 10 + 4.8 * height, 150, 10 + 4.8 * height)
    for left in (10, 90, 120, 150):
        made.line(left, 10, left, 29.2)
    assert text_of(parse, made).split("\n") == PRICE_LINES


def test_wrapped_cells_are_one_value(parse: Parse) -> None:
    made = page()
    rows = [("Fault", "What to do"), ("The drip tray is missing", "Insert the tray " * 8 + "again"), ("Heat", "Wait")]
    ruled(made, rows, width=90)
    assert text_of(parse, made).split("\n") == [
        f"Fault: The drip tray is missing | What to do: {rows[1][1]}",
        "Fault: Heat | What to do: Wait",
    ]


@pytest.mark.parametrize("repeat", [True, False])
def test_a_table_that_goes_on_on_the_next_pages_keeps_its_names(parse: Parse, repeat: bool) -> None:
    made = page()
    rows = [PRICES[0], *((f"Part {number}", str(number), f"{number}.50 €") for number in range(1, 101))]
    with made.table(rows, repeat_headings=1 if repeat else 0, headings_style=FontFace(emphasis="BOLD")):
        pass
    parsed = parse("x.pdf", bytes(made.output()))
    expected = [f"Article: Part {number} | Quantity: {number} | Price: {number}.50 €" for number in range(1, 101)]
    assert [line for line in parsed.text.split("\n") if line] == expected
    assert [start.number for start in parsed.pages][:3] == [1, 2, 3]


def test_a_merged_header_names_each_of_its_columns(parse: Parse) -> None:
    made = page()
    bold = FontFace(emphasis="BOLD")
    with made.table(headings_style=bold, num_heading_rows=2) as table:
        first = table.row()
        first.cell("City", rowspan=2)
        first.cell("Limit", colspan=2)
        for row in [("2025", "2026"), ("Dublin", "180 €", "190 €"), ("Madrid", "130 €", "140 €")]:
            table.row(row)
    assert text_of(parse, made).split("\n") == [
        "City: Dublin | Limit 2025: 180 € | Limit 2026: 190 €",
        "City: Madrid | Limit 2025: 130 € | Limit 2026: 140 €",
    ]


def test_a_title_over_all_columns_is_a_line_of_its_own(parse: Parse) -> None:
    made = page()
    with made.table(headings_style=FontFace(emphasis="BOLD"), num_heading_rows=2) as table:
        table.row().cell("Spare parts", colspan=3)
        for row in PRICES:
            table.row(row)
    assert text_of(parse, made) == "Spare parts\n\n" + "\n".join(PRICE_LINES)


def test_a_cell_merged_over_rows_is_said_in_each(parse: Parse) -> None:
    made = page()
    with made.table(headings_style=FontFace(emphasis="BOLD")) as table:
        table.row(("Country", "City", "Limit"))
        row = table.row()
        row.cell("Spain", rowspan=2)
        row.cell("Madrid")
        row.cell("130 €")
        table.row(("Gijón", "95 €"))
    assert text_of(parse, made).split("\n") == [
        "Country: Spain | City: Madrid | Limit: 130 €",
        "Country: Spain | City: Gijón | Limit: 95 €",
    ]


def test_an_empty_cell_does_not_move_the_others(parse: Parse) -> None:
    made = page()
    ruled(made, [*PRICES[:2], ("Group gasket", "", "4.00 €")])
    assert text_of(parse, made).split("\n")[1] == "Article: Group gasket | Price: 4.00 €"


def test_an_unruled_table_with_numbers_on_the_right(parse: Parse) -> None:
    made = page()
    made.multi_cell(0, 6, "These are the prices of this year.\n\n")
    unruled(made, [*PRICES, ("Total", "", "1,694.00 €")])
    made.multi_cell(0, 6, "\nThey hold until December.")
    assert text_of(parse, made).split("\n\n") == [
        "These are the prices of this year.",
        "\n".join([*PRICE_LINES, "Article: Total | Price: 1,694.00 €"]),
        "They hold until December.",
    ]


def test_years_name_columns_of_other_numbers(parse: Parse) -> None:
    made = page()
    unruled(made, [("", "2025", "2024"), ("Revenue", "1,000", "900"), ("Costs", "(800)", "-")])
    assert text_of(parse, made).split("\n") == ["Revenue | 2025: 1,000 | 2024: 900", "Costs | 2025: (800) | 2024: -"]


def test_a_wrapped_name_in_an_unruled_table(parse: Parse) -> None:
    made = page()
    unruled(made, [PRICES[0], ("Filter cartridge for", "12", "8.50 €"), ("hard water", "", ""), *PRICES[2:]])
    assert text_of(parse, made).split("\n")[0] == (
        "Article: Filter cartridge for hard water | Quantity: 12 | Price: 8.50 €"
    )


def test_a_box_that_comes_back_on_every_page_is_a_running_head(parse: Parse) -> None:
    made = FPDF()
    for number in range(1, 5):
        made.add_page()
        made.set_font("helvetica", size=11)
        ruled(made, [("Document", "Page"), ("FIN-02", f"{number} of 4")])
        made.multi_cell(0, 6, f"\n{'ABCD'[number - 1]} is the text of this page.\n" + PROSE)
    text = text_of(parse, made)
    assert "FIN-02" not in text
    assert text.startswith("A is the text")


PROSE = (
    "Employees work from home on two days of the week and agree on them with their team. The days may change "
    "from one week to the next. Whoever needs a screen or a chair asks for 1 of each, up to 300 euros in 2026. "
) * 3


def two_columns(made: FPDF) -> None:
    """Both columns line by line, as some programs write them."""
    words, lines = PROSE.split(), []
    while words:
        lines.append(" ".join(words[:6]))
        words = words[6:]
    half = len(lines) // 2
    for left, right in zip(lines[:half], lines[half:], strict=False):
        made.cell(95, 5.5, left)
        made.cell(95, 5.5, right)
        made.ln(5.5)


def justified(made: FPDF) -> None:
    for width in (40, 190):
        made.multi_cell(width, 6, PROSE, align="J", new_x="LMARGIN", new_y="NEXT")


def numbered_list(made: FPDF) -> None:
    for number, text in enumerate(("Rinse the tank", "Fit the cartridge", "Switch on", "Wait for 35 s"), start=1):
        made.cell(15, 6, f"{number}.")
        made.cell(100, 6, text)
        made.ln(6)


def contents(made: FPDF) -> None:
    unruled(
        made,
        [("Chapter", "Page"), ("Before you begin", "3"), ("Cleaning", "12"), ("Warranty", "40")],
        widths=(120, 30),
        align="LR",
    )


def dotted_contents(made: FPDF) -> None:
    for title, number in (("Contents", "Page"), ("Before you begin", "3"), ("Cleaning", "12"), ("Warranty", "9")):
        made.cell(60, 6, title)
        made.cell(60, 6, "." * 30)
        made.cell(30, 6, number, align="R")
        made.ln(6)


def address(made: FPDF) -> None:
    unruled(
        made,
        [("Quillemar Ltd", "Invoice"), ("12 Main Street", "4711"), ("Dublin 2", "2026-02-03"), ("Ireland", "1")],
        widths=(110, 50),
        align="LL",
    )


def form(made: FPDF) -> None:
    ruled(made, [("Name", "Ada Smith"), ("Street", "Main Street"), ("City", "Dublin")], bold=False)


def long_form(made: FPDF) -> None:
    rows = [("Name", "Ada Smith", "City", "Dublin"), ("Age", "34", "Phone", "555 12 13"), ("Pay", "3000", "Days", "5")]
    ruled(made, rows, bold=False)


def boxes(made: FPDF) -> None:
    for left in (10, 105):
        made.rect(left, 10, 95, 120)
        made.set_xy(left, 12)
        made.multi_cell(90, 6, PROSE)


def spaced_list(made: FPDF) -> None:
    for text in ("Tank of 2 litres", "Filter for 60 days", "Cable of 1 m", "Guarantee of 3 years"):
        made.cell(12, 6, "-")
        made.cell(70, 6, text)
        made.cell(12, 6, "-")
        made.cell(70, 6, text[::-1])
        made.ln(6)


def signatures(made: FPDF) -> None:
    for row in (("The employer", "The employee"), ("Ada Smith", "Grace Jones"), ("Dublin, 3 May", "Madrid, 4 May")):
        made.cell(100, 6, row[0])
        made.cell(80, 6, row[1])
        made.ln(6)


@pytest.mark.parametrize(
    "draw",
    [
        two_columns,
        justified,
        numbered_list,
        contents,
        dotted_contents,
        address,
        form,
        long_form,
        boxes,
        spaced_list,
        signatures,
    ],
)
def test_what_only_looks_like_a_table_stays_text(parse: Parse, draw: Callable[[FPDF], None]) -> None:
    made = page()
    draw(made)
    text = text_of(parse, made)
    assert " | " not in text
    assert ": " not in text


def test_a_chart_is_not_a_table(parse: Parse) -> None:
    made = page()
    made.rect(20, 20, 120, 90)
    for tick in range(40):
        made.line(20 + 3 * tick, 108, 20 + 3 * tick, 110)
        made.line(20, 20 + 2 * tick, 22, 20 + 2 * tick)
    for number in range(4):
        made.text(24 + 30 * number, 100 - 20 * number, f"{number}.5")
    assert ": " not in text_of(parse, made)


def test_a_page_full_of_rules_is_read_as_text(parse: Parse) -> None:
    made = page()
    made.cell(0, 6, "A map")
    for number in range(3_000):
        made.line(10 + number % 190, 30, 10 + number % 190, 200)
        made.line(10, 30 + number % 170, 200, 30 + number % 170)
    assert text_of(parse, made) == "A map"


@pytest.mark.parametrize("first_is_bold", [True, False])
def test_a_table_of_names_and_values_has_no_header(parse: Parse, first_is_bold: bool) -> None:
    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=10)
    bold = FontFace(emphasis="BOLD")
    with made.table(first_row_as_headings=False) as table:
        for number, (name, value) in enumerate((("Model", "X200"), ("Weight", "3 kg"), ("Colour:", "red"))):
            row = table.row()
            row.cell(name, style=bold)
            row.cell(value, style=bold if first_is_bold and number == 0 else None)
    assert parse("x.pdf", bytes(made.output())).text == "Model: X200\nWeight: 3 kg\nColour: red"
