"""Markdown as models write it, made at random, and what must be true of every dialect and splitter."""

import random
import re
from collections.abc import Iterable, Sequence
from html import unescape

from connectors.markdown.dialect import Dialect
from connectors.markdown.tree import Block, Blocks, Code, Items, Paragraph, Quote, Table, text_of

WORDS = [
    "gym",
    "opens",
    "at",
    "six",
    "every",
    "morning",
    "for",
    "members",
    "&",
    "guests",
    "a<b",
    "x>y",
    "snake_case",
    "2*3",
    "100%",
    "[1]",
    "[2,",
    "3]",
    "@everyone",
    "<!channel>",
    "<@U123>",
    "https://example.com/a_b?q=1&r=2",
    "¿cuándo?",
    "mañana",
    "東京",
    "😀",
    "👩\u200d👩\u200d👧",
    "é",
    "`tick",
    "**",
    "__",
    "~~",
    "|",
    "\\",
    "#",
    ">",
    "-",
    "+",
    "1.",
    "```",
    "![x](",
]
MARKS = (
    "**{}**",
    "*{}*",
    "_{}_",
    "~~{}~~",
    "`{}`",
    "[{}](https://example.com/page)",
    "***{}***",
    "![{}](http://evil/p)",
)


def made(seed: int, *, blocks: int = 8) -> str:
    """A text; the same one for the same seed."""
    maker = _Maker(random.Random(seed))  # noqa: S311
    return "\n\n".join(maker.block(0) for _ in range(maker.random.randint(1, blocks)))


class _Maker:
    def __init__(self, source: random.Random) -> None:
        self.random = source

    def block(self, depth: int) -> str:
        kinds = [self.sentence, self.sentence, self.code, self.heading, self.long_word, self.noise]
        kinds += [] if depth > 2 else [lambda: self.listed(depth), lambda: self.quoted(depth), self.table]
        return self.random.choice(kinds)()

    def sentence(self) -> str:
        return " ".join(self.word() for _ in range(self.random.randint(1, 60)))

    def word(self) -> str:
        word = self.random.choice(WORDS)
        if self.random.random() < 0.25:
            inside = " ".join(self.random.choice(WORDS) for _ in range(self.random.randint(1, 3)))
            word = self.random.choice(MARKS).format(inside)
        return word + self.random.choice(("", "", "", ".", ",", "\n"))

    def heading(self) -> str:
        return f"{'#' * self.random.randint(1, 6)} {self.word()}"

    def code(self) -> str:
        lines = "\n".join(self.sentence()[:120] for _ in range(self.random.randint(0, 30)))
        return f"```{self.random.choice(('', 'python', 'c++ x'))}\n{lines}\n{self.random.choice(('```', '```', ''))}"

    def long_word(self) -> str:
        return self.random.choice(("x", "😀", "é", "東")) * self.random.randint(1, 3000)

    def noise(self) -> str:
        return "".join(self.random.choice("*_`~[]()<>|#-+\\!&\n ab1") for _ in range(self.random.randint(1, 120)))

    def listed(self, depth: int) -> str:
        mark = self.random.choice(("- ", "1. ", "9. "))
        items = (self.block(depth + 1).replace("\n", "\n" + " " * len(mark)) for _ in range(self.random.randint(1, 6)))
        return "\n".join(mark + item for item in items)

    def quoted(self, depth: int) -> str:
        return "> " + self.block(depth + 1).replace("\n", "\n> ")

    def table(self) -> str:
        columns = self.random.randint(1, 5)
        rows = [[self.random.choice(WORDS).replace("|", "") for _ in range(columns)] for _ in range(12)]
        lines = ["| " + " | ".join(row) + " |" for row in rows[: self.random.randint(1, 12)]]
        return "\n".join([lines[0], "|" + "---|" * columns, *lines[1:]])


def troubles(blocks: Blocks, messages: Sequence[Blocks], dialect: Dialect, limit: int) -> list[str]:
    """What is wrong with the messages that a text was split into; nothing, when all is as it should be."""
    rendered = [dialect.render(message) for message in messages]
    found = [f"{dialect.length(text)} > {limit}" for text in rendered if dialect.length(text) > limit]
    found += ["a fence or a tag is left open" for text in rendered if not balanced(text, dialect)]
    there = letters("".join(shown(text, dialect) for text in rendered))
    if not _within(letters(" ".join(flat(blocks))), there):
        found.append("something is lost")
    return found


def balanced(text: str, dialect: Dialect) -> bool:
    """Whether fences are closed, and HTML tags in order; always true for a dialect without markup."""
    if "html" not in dialect.name:
        return dialect.name == "plain" or text.count("```") % 2 == 0
    opened: list[str] = []
    for closing, name in re.findall(r"<(/?)([a-z]+)[^>]*>", text):
        if name in ("br", "hr"):
            continue
        if not closing:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def shown(text: str, dialect: Dialect) -> str:
    """What is read of a text: without its tags and escapes."""
    if "html" in dialect.name:
        return unescape(re.sub(r"<[^>]*>", "", text))
    return unescape(text) if dialect.name.startswith("slack") else text


def letters(text: str) -> str:
    """The letters and figures of a text."""
    return "".join(letter for letter in text if letter.isalnum())


def flat(blocks: Iterable[Block]) -> Iterable[str]:
    """The words of blocks in order; of a table those of its rows."""
    for block in blocks:
        match block:
            case Paragraph(runs):
                yield text_of(runs)
            case Code(text):
                yield text
            case Items(items):
                for item in items:
                    yield from flat(item.blocks)
            case Quote(inner):
                yield from flat(inner)
            case Table(_, rows):
                yield from (text_of(cell) for row in rows for cell in row)
            case _:
                continue


def _within(wanted: str, there: str) -> bool:
    """Whether the letters come in this order, with others (numbers, repeated headers) between them."""
    found = iter(there)
    return all(letter in found for letter in wanted)
