"""Examples of the four tasks of the grounded adapter, made of questions and the evidence found for them.

    Pick    which of the lines answers, or none, and the answer
    Tell    the answer out of a few lines, or that they do not say
    Stands  whether lines state a claim
    Alone   how a follow-up question reads by itself

An example says what is asked and what is right; how that is worded belongs to the assistant, which asks it later.

A question is shown in several forms: as its evidence was found; with the passages in another order, so that place means
nothing; with other lines left out; and with the answering lines taken out, or put in where the search missed them. So
the adapter learns that the lines decide, not the question: the same one is answered in one form and not in the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from finetune.grounded.evidence import (
    Blocks,
    EvidenceBlock,
    EvidenceRow,
    answering,
    first_lines,
    inserted,
    joined,
    shuffled,
    single_lines,
    thinned,
    without_answers,
)

# Lines that have a label (A to Z), and how many labels a reply names at most.
MOST_LINES, MOST_CHOSEN = 26, 3
# How often a form is used, where it is not always.
WITHOUT_ANSWERS = 0.7
STANDS, STANDS_NOT, UNTOLD, STANDS_ELSEWHERE = 0.5, 0.6, 0.5, 0.3
# Other lines nearest to the question, for questions that nothing looks like an answer to.
NEAREST = 4


@dataclass(frozen=True, slots=True)
class Pick:
    """Which line answers. `right` holds the positions of all that do, `chosen` those to name, best first; or neither.

    Without an `answer` only the choice is learnt.
    """

    question: str
    language: str
    blocks: Blocks
    chosen: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Tell:
    """The answer that a few lines give; empty when they give none."""

    question: str
    language: str
    blocks: Blocks
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Stands:
    """Whether lines state a claim; an answer is claimed together with its question."""

    claim: str
    blocks: Blocks
    holds: bool
    question: str = ""


@dataclass(frozen=True, slots=True)
class Alone:
    """A question after `asked` was answered with `said`, and how it reads by itself."""

    question: str
    asked: str
    said: str
    standalone: str


Example = Pick | Tell | Stands | Alone


def examples_of(row: EvidenceRow, rng: Random) -> Iterator[Example]:
    """All examples of a question, drawn with `rng`."""
    for blocks in _forms(row, rng):
        yield _pick(row, first_lines(blocks, MOST_LINES), rng)
    lines = single_lines((*row.blocks, *row.missing))
    right = [each for each in lines if each.lines[0].answers]
    others = [each for each in lines if not each.lines[0].answers]
    near = [each for each in others if each.lines[0].near]
    if row.answer and right:
        yield from _told(row, right, near or others, rng)
    if row.answer and right and (near or others):
        yield from _untold(row, near or others, rng)
    elif not row.wanted and others:
        yield Tell(row.question, row.language, _some(near or others[:NEAREST], rng))


def _forms(row: EvidenceRow, rng: Random) -> Iterator[Blocks]:
    """The forms in which evidence is shown; none when an answering line is somewhere, but nobody knows where."""
    found = bool(answering(row.blocks))
    if row.wanted and not found and not row.missing:
        return
    yield row.blocks
    if not row.wanted:
        yield shuffled(row.blocks, rng)
    if row.missing and (row.together or not found):
        whole = inserted(row.blocks, row.missing, rng)
        yield whole
        yield shuffled(whole, rng)
    if found or not row.wanted:
        yield thinned(shuffled(row.blocks, rng), rng)
    if found:
        yield shuffled(row.blocks, rng)
    rest = without_answers(row.blocks)
    if row.wanted and row.marked and rest and (row.together or rng.random() < WITHOUT_ANSWERS):
        yield shuffled(rest, rng)


def _pick(row: EvidenceRow, blocks: Blocks, rng: Random) -> Pick:
    found = answering(blocks)
    right = tuple(position for position, _ in found)
    answer = row.answer
    if row.together:
        numbers = list(dict.fromkeys(number for _, number in found))
        chosen = [rng.choice([position for position, of in found if of == number]) for number in numbers]
        rng.shuffle(chosen)
        answer = answer if len(numbers) == row.wanted else ""  # half of the lines do not give the whole answer
    else:
        chosen = [rng.choice(right)] if right else []
    return Pick(row.question, row.language, blocks, tuple(chosen[:MOST_CHOSEN]), right, answer if chosen else "")


def _told(
    row: EvidenceRow, right: list[EvidenceBlock], others: list[EvidenceBlock], rng: Random
) -> Iterator[Tell | Stands]:
    """The answer out of the lines that give it, first alone, then with one beside them that does not."""
    by_number: dict[int, list[EvidenceBlock]] = {}
    for each in right:
        by_number.setdefault(each.lines[0].answers, []).append(each)
    if row.together and len(by_number) < row.wanted:
        return
    for beside in (0, 1):
        lines = [rng.choice(same) for same in by_number.values()] if row.together else [rng.choice(right)]
        lines += rng.sample(others, min(len(others), 0 if row.together else beside))
        rng.shuffle(lines)
        blocks = joined(lines)
        yield Tell(row.question, row.language, blocks, row.answer)
        if rng.random() < STANDS:
            yield Stands(row.answer, blocks, True, row.question)
        if row.wrong and rng.random() < STANDS_NOT:
            yield Stands(row.wrong, blocks, False, row.question)


def _untold(row: EvidenceRow, others: list[EvidenceBlock], rng: Random) -> Iterator[Tell | Stands]:
    """The same question before lines that do not answer it."""
    blocks = _some(others, rng)
    if rng.random() < UNTOLD:
        yield Tell(row.question, row.language, blocks)
    if rng.random() < STANDS_ELSEWHERE:
        yield Stands(row.answer, blocks, False, row.question)


def _some(lines: list[EvidenceBlock], rng: Random) -> Blocks:
    return joined(rng.sample(lines, min(len(lines), rng.randint(1, 2))))
