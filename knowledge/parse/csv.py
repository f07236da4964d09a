"""CSV: each row is one line that names its columns, so that it can be found and cited by itself."""

import csv
import io
import re

from knowledge.errors import ParseError
from knowledge.parse.builder import TextBuilder
from knowledge.parse.clean import clean_text
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.rows import table_lines
from knowledge.parse.text import decode

_DELIMITERS = ",;\t|"
_NUMBER = re.compile(r"[-+]?[\d.,]+\s*[%€$]?")


def parse_csv(file: RawFile) -> ParsedDocument:
    """Read comma, semicolon, tab or bar separated values; the first row names the columns unless it holds numbers."""
    text = clean_text(decode(file.data)).strip("\n")
    delimiter = _delimiter(text)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ParseError(
            f"{file.name} could not be read as a table ({error}). Save it again as CSV with UTF-8 encoding."
        ) from error
    builder = TextBuilder()
    has_header = len(rows) > 1 and not any(_NUMBER.fullmatch(cell.strip()) for cell in rows[0])
    builder.block(table_lines(rows[0], rows[1:]) if has_header else table_lines([], rows))
    return builder.build("text/csv")


def _delimiter(text: str) -> str:
    """The one that cuts the first lines into the same number of cells, more than one."""
    lines = text.split("\n", 20)[:20]
    counts = {mark: [line.count(mark) for line in lines if line] for mark in _DELIMITERS}
    even = [mark for mark, found in counts.items() if found and min(found) > 0 and min(found) == max(found)]
    most = max(_DELIMITERS, key=lambda mark: sum(counts[mark]))
    return max(even, key=lambda mark: counts[mark][0]) if even else most
