"""Where a block may be cut: between words, lines, rows and items, and inside a word only when it fills a message."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from connectors.markdown.tree import Block, Blocks, Code, Item, Items, Paragraph, Quote, Run, Runs, Table, text_of

_WORD = re.compile(r"\S+\s*|\s+")
_SENTENCE_END = re.compile(r"[.!?…:;]['\")\]»”]*\s+$|\n$")


def pieces(block: Block) -> int:
    """How many pieces a block falls into; one that has a single piece cannot be cut by `cut`."""
    return len(sizes(block))


def sizes(block: Block) -> list[int]:
    """The characters of each piece of a block; written in a dialect they are as many or more."""
    match block:
        case Paragraph(runs):
            return _words(text_of(runs)) or [0]
        case Code(text):
            return [len(line) for line in text.split("\n")]
        case Items(items):
            return [size for item in items for size in _sizes(item.blocks)] or [0]
        case Quote(blocks):
            return _sizes(blocks)
        case Table(_, rows):
            return [sum(len(text_of(cell).strip()) for cell in row) for row in rows] or [0]
        case _:
            return [0]


def cut(block: Block, at: int) -> tuple[Block, Block]:
    """A block before and from its piece number `at` (1 to `pieces(block) - 1`)."""
    match block:
        case Paragraph(runs):
            left, right = _parted(runs, _end(runs, at))
            return replace(block, runs=left), replace(block, runs=right)
        case Code(text):
            lines = text.split("\n")
            return replace(block, text="\n".join(lines[:at])), replace(block, text="\n".join(lines[at:]))
        case Items():
            return _cut_items(block, at)
        case Quote(blocks):
            before, after = cut_blocks(blocks, at)
            return Quote(before), Quote(after)
        case Table(header, rows):
            return Table(header, rows[:at]), Table(header, rows[at:])
        case _:
            raise ValueError(f"{type(block).__name__} has one piece")


def cut_blocks(blocks: Sequence[Block], at: int) -> tuple[Blocks, Blocks]:
    """Blocks before and from the piece number `at`, counted over all of them."""
    left: list[Block] = []
    for index, block in enumerate(blocks):
        size = pieces(block)
        if at >= size:
            left.append(block)
            at -= size
        elif at:
            before, after = cut(block, at)
            return (*left, before), (after, *blocks[index + 1 :])
        else:
            return tuple(left), tuple(blocks[index:])
    return tuple(left), ()


def good(block: Block, at: int) -> bool:
    """Whether a reader would stop here: after a sentence or between items, rows and lines."""
    match block:
        case Paragraph(runs):
            end = _end(runs, at)
            return bool(_SENTENCE_END.search(text_of(runs)[max(0, end - 20) : end]))
        case Items(items):
            ends, total = set[int](), 0
            for item in items:
                total += _all(item.blocks)
                ends.add(total)
            return at in ends
        case Code(text):
            return not text.split("\n")[at - 1].strip()
        case _:
            return True


def halves(block: Block) -> tuple[Block, Block] | None:
    """A block of a single piece in two: the word, line or row that alone fills a message; None for a single letter."""
    match block:
        case Paragraph((run,)) if len(run.text) > 1:
            left, right = _torn(run.text)
            return replace(block, runs=(replace(run, text=left),)), replace(block, runs=(replace(run, text=right),))
        case Paragraph(runs) if len(runs) > 1:
            middle = len(runs) // 2
            return replace(block, runs=runs[:middle]), replace(block, runs=runs[middle:])
        case Code(text) if len(text) > 1:
            left, right = _torn(text)
            return replace(block, text=left), replace(block, text=right)
        case _:
            return None


def told(table: Table) -> Blocks:
    """A table whose rows are too long for one: each row a paragraph that names its columns."""
    rows = table.rows or (tuple(() for _ in table.header),)
    return tuple(Paragraph(_row(table.header, row)) for row in rows)


def _row(header: tuple[Runs, ...], row: tuple[Runs, ...]) -> Runs:
    runs: list[Run] = []
    for name, cell in zip(header, row, strict=True):
        runs += [*name, Run(": " if text_of(name).strip() else ""), *cell, Run("\n")]
    return tuple(run for run in runs[:-1] if run.text)


def _end(runs: Runs, at: int) -> int:
    """How many characters the first `at` words have, each with the space that follows it."""
    return next(islice(_WORD.finditer(text_of(runs)), at - 1, None)).end()


def _parted(runs: Runs, at: int) -> tuple[Runs, Runs]:
    """Runs before and from a character."""
    left: list[Run] = []
    for index, run in enumerate(runs):
        if at < len(run.text):
            before = [replace(run, text=run.text[:at])] if at else []
            return (*left, *before), (replace(run, text=run.text[at:]), *runs[index + 1 :])
        left.append(run)
        at -= len(run.text)
    return tuple(left), ()


def _cut_items(block: Items, at: int) -> tuple[Items, Items]:
    left: list[Item] = []
    marks = 0
    for index, item in enumerate(block.items):
        size = _all(item.blocks)
        if at < size or (at == size and not size):
            rest = list(block.items[index:])
            if at:
                before, after = cut_blocks(item.blocks, at)
                left.append(replace(item, blocks=before))
                marks += not item.continued
                rest[0] = Item(after, continued=True)
            break
        left.append(item)
        marks += not item.continued
        at -= size
        rest = list(block.items[index + 1 :])
    start = None if block.start is None else block.start + marks
    return replace(block, items=tuple(left)), Items(tuple(rest), start)


def _words(text: str) -> list[int]:
    """The letters of each word; a space before the first is a piece of its own."""
    return [0] * text[:1].isspace() + [len(word) for word in text.split()]


def _sizes(blocks: Blocks) -> list[int]:
    return [size for block in blocks for size in sizes(block)] or [0]


def _all(blocks: Blocks) -> int:
    return len(_sizes(blocks))


def _torn(text: str) -> tuple[str, str]:
    """In the middle, but not before a mark that belongs to the letter in front of it."""
    import unicodedata

    at = len(text) // 2
    while at > 1 and (unicodedata.combining(text[at]) or text[at] in "\u200d\ufe0e\ufe0f" or text[at - 1] == "\u200d"):
        at -= 1
    return text[:at], text[at:]
