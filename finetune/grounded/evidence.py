"""Evidence to learn to read from: the lines that a search found for a question, and which of them answer it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

# Shares of other lines that are left out of evidence to make it shorter.
LEAST_LEFT_OUT, MOST_LEFT_OUT = 0.1, 0.6


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A line. `answers` is the number of the wanted line that it is, from 1, and 0 for none; `near` looks like one."""

    text: str
    answers: int = 0
    near: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceBlock:
    """Lines of one document that stand under one heading."""

    heading: str
    document: str
    lines: tuple[EvidenceLine, ...]


Blocks = tuple[EvidenceBlock, ...]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A question with what a search found for it.

    `wanted` is how many lines answer it in the documents; 0 when the documents do not say. `missing` holds those that
    the search did not find, a block for each. With `together` the answer takes all of them, otherwise any one. `marked`
    says that every answering line is known: without these lines the rest does not answer. `answer` and `wrong` may be
    empty.
    """

    question: str
    language: str
    blocks: Blocks
    missing: Blocks = ()
    wanted: int = 0
    together: bool = False
    marked: bool = True
    answer: str = ""
    wrong: str = ""


def answering(blocks: Blocks) -> list[tuple[int, int]]:
    """The lines that answer: position among all lines, and number of the wanted line."""
    lines = [line for block in blocks for line in block.lines]
    return [(position, line.answers) for position, line in enumerate(lines) if line.answers]


def first_lines(blocks: Blocks, most: int) -> Blocks:
    """The first `most` lines."""
    kept: list[EvidenceBlock] = []
    for block in blocks:
        lines = block.lines[: most - sum(len(each.lines) for each in kept)]
        if lines:
            kept.append(replace(block, lines=lines))
    return tuple(kept)


def shuffled(blocks: Blocks, rng: Random) -> Blocks:
    """The same blocks in another order."""
    return tuple(rng.sample(blocks, len(blocks)))


def thinned(blocks: Blocks, rng: Random) -> Blocks:
    """Without some of the lines that do not answer."""
    share = rng.uniform(LEAST_LEFT_OUT, MOST_LEFT_OUT)
    return _kept(blocks, lambda line: line.answers > 0 or rng.random() > share)


def without_answers(blocks: Blocks) -> Blocks:
    """Without the lines that answer."""
    return _kept(blocks, lambda line: not line.answers)


def inserted(blocks: Blocks, missing: Blocks, rng: Random) -> Blocks:
    """With the missing lines: among those of their passage where it was found, otherwise in a block of their own."""
    found = list(blocks)
    for each in missing:
        home = next((i for i, b in enumerate(found) if (b.heading, b.document) == (each.heading, each.document)), None)
        if home is None:
            found.insert(rng.randint(0, len(found)), each)
        else:
            lines = found[home].lines
            place = rng.randint(0, len(lines))
            found[home] = replace(each, lines=(*lines[:place], *each.lines, *lines[place:]))
    return tuple(found)


def single_lines(blocks: Blocks) -> list[EvidenceBlock]:
    """Every line in a block of its own."""
    return [replace(block, lines=(line,)) for block in blocks for line in block.lines]


def joined(lines: Sequence[EvidenceBlock]) -> Blocks:
    """Consecutive blocks under the same heading become one."""
    found: list[EvidenceBlock] = []
    for each in lines:
        if found and found[-1].heading == each.heading:
            found[-1] = replace(found[-1], lines=(*found[-1].lines, *each.lines))
        else:
            found.append(each)
    return tuple(found)


def _kept(blocks: Blocks, wanted: Callable[[EvidenceLine], bool]) -> Blocks:
    kept = (replace(block, lines=tuple(filter(wanted, block.lines))) for block in blocks)
    return tuple(block for block in kept if block.lines)
