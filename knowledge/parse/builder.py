"""Builds the canonical text of a document block by block, keeping the offsets of headings and pages."""

from collections.abc import Iterable, Sequence

from knowledge.parse.clean import clean_text, one_line
from knowledge.parse.document import Boxed, Heading, PageBox, PageStart, ParsedDocument

# A line as it was printed: its pieces, one after the other, and where each stands.
Placed = Sequence[tuple[str, PageBox | None]]

_LONGEST_HEADING = 200  # characters; a paragraph that a rule was drawn under is marked like one


class TextBuilder:
    """Collects blocks in reading order; each line is cleaned, blocks are separated by a blank line."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._pages: list[PageStart] = []
        self._boxes: list[Boxed] = []
        self._page: int | None = None

    @property
    def length(self) -> int:
        """Characters collected so far."""
        return self._length

    @property
    def headings(self) -> list[Heading]:
        """Headings collected so far."""
        return self._headings

    def block(self, lines: Iterable[str | Placed]) -> int | None:
        """Add one block (the rows of a table, the items of a list, one paragraph); returns where it starts."""
        start = self._length + (2 if self._parts else 0)
        text = ""
        for line in lines:
            pieces: Placed = [(line, None)] if isinstance(line, str) else line
            separator = "\n" if text else ""
            for piece, box in pieces:
                cleaned = one_line(clean_text(piece))
                if not cleaned:
                    continue
                text += separator + cleaned
                if box is not None:
                    self._boxes.append(Boxed(start + len(text) - len(cleaned), start + len(text), box))
                separator = " "
        if not text:
            return None
        self._parts.append(text)
        self._length = start + len(text)
        if self._page is not None:
            self._pages.append(PageStart(start, self._page))
            self._page = None
        return start

    def paragraph(self, text: str) -> None:
        """Add a paragraph: one line, however it was wrapped."""
        self.block([one_line(text)])

    def heading(self, level: int, text: str, pieces: Placed = ()) -> None:
        """Add a heading line of depth `level` (1 is the top); what is too long for one is a paragraph.

        `pieces` are its text as it was printed.
        """
        line = one_line(clean_text(text))
        start = self.block([pieces or line])
        if start is not None and len(line) <= _LONGEST_HEADING:
            self._headings.append(Heading(start, level, line))

    def page(self, number: int) -> None:
        """The next block starts page `number`."""
        self._page = number

    def build(self, media_type: str, title: str = "") -> ParsedDocument:
        """The finished document; without a title the only heading of the highest rank serves as one."""
        return ParsedDocument(
            title=one_line(clean_text(title)) or self._only_top_heading(),
            text="\n\n".join(self._parts),
            media_type=media_type,
            headings=tuple(self._headings),
            pages=tuple(self._pages),
            boxes=tuple(self._boxes),
        )

    def _only_top_heading(self) -> str:
        top = min((heading.level for heading in self._headings), default=0)
        tops = [heading.text for heading in self._headings if heading.level == top]
        return tops[0] if len(tops) == 1 else ""
