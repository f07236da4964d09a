"""How blocks stand below each other in a markup of lines: what is the same wherever there is no HTML."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connectors.markdown.marks import JOIN
from connectors.markdown.tree import Block, Blocks, Code, Items, Paragraph, Quote, Rule, Runs, Table, text_of

BULLETS = ("•", "◦", "▪")
RULE = "──────────"


@dataclass(frozen=True, slots=True)
class Layout:
    """Writes blocks as lines. `heading` gets the written words and the level; `quoted` begins each line of a quote.

    `bullets` are by depth of the list. Without `table`, tables are drawn between fences.
    """

    runs: Callable[[Runs], str]
    heading: Callable[[str, int], str]
    fence: Callable[[str, str], str]
    quoted: str = "> "
    bullets: tuple[str, ...] = BULLETS
    rule: str = RULE
    table: Callable[[Table], str] | None = None

    def write(self, blocks: Blocks, depth: int = 0) -> str:
        """Blocks with an empty line between them; the items of a list follow each other directly."""
        return "\n\n".join(part for part in (self._block(block, depth) for block in blocks) if part)

    def _block(self, block: Block, depth: int) -> str:
        match block:
            case Paragraph(runs, level):
                return self.heading(self.runs(runs), level) if level else self.runs(runs)
            case Code(text, language):
                return self.fence(text, language)
            case Items():
                return "\n".join(self._items(block, depth))
            case Quote(blocks):
                return _prefixed(self.write(blocks, depth), self.quoted)
            case Table():
                return self.fence(drawn(block), "") if self.table is None else self.table(block)
            case Rule():
                return self.rule

    def _items(self, block: Items, depth: int) -> Iterator[str]:
        number = block.start
        for item in block.items:
            mark = self.bullets[min(depth, len(self.bullets) - 1)] if number is None else f"{number}."
            inside = "\n".join(part for part in (self._block(each, depth + 1) for each in item.blocks) if part)
            if item.continued:
                yield _indented(inside, "  ", "  ")
                continue
            yield _indented(inside, f"{mark} ", " " * (len(mark) + 1))
            number = None if number is None else number + 1


def fenced(text: str, language: str) -> str:
    """Code between fences of three; three backticks inside are parted, since no platform takes longer fences."""
    return f"```{language}\n{without_fences(text)}\n```"


def without_fences(text: str) -> str:
    """Code in which no three backticks stand together."""
    parted = re.sub("`(?=`)", f"`{JOIN}", text) if "```" in text else text
    return parted if not parted.endswith("`") else f"{parted}{JOIN}"


def drawn(table: Table) -> str:
    """A table in letters of one width: columns padded, a line under the header."""
    rows = [[_cell(cell) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.header))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]])


def _cell(runs: Runs) -> str:
    """A cell's words; an address that its words do not show stands behind them."""
    text = text_of(runs).replace("\n", " ")
    hrefs = dict.fromkeys(run.style.href for run in runs if run.style.href and run.style.href not in text)
    return " ".join([text, *(f"({href})" for href in hrefs)])


def _prefixed(text: str, prefix: str) -> str:
    return "\n".join(f"{prefix}{line}" for line in text.split("\n"))


def _indented(text: str, first: str, others: str) -> str:
    head, *tail = text.split("\n")
    return "\n".join([f"{first}{head}", *(f"{others}{line}" if line else "" for line in tail)])
