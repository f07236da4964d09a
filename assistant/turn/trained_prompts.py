"""The prompts of the grounded adapter: it was trained on exactly these words, so they need no examples and few of them.

Changing one means training again (`pilares finetune grounded`). One form for both languages; the answer comes in the
language it is asked for.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from string import ascii_uppercase

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from assistant.turn.prompts import data
from knowledge.parse.clean import one_line
from knowledge.passage import Passage, Sentence

LABELS = ascii_uppercase
NONE, END = "0", "\n"
LONGEST_LINE, LONGEST_HEADING = 400, 120
LONGEST_SAID = 300

_PICK = "Find the line that answers the question, for exactly the case asked about. 0 if no line does."
_TELL = "Answer the question with the lines given and nothing else. 0 if they do not answer it."
_STANDS = "Do the lines state what is claimed? Yes or No."
_ALONE = "Rewrite the last question so that it can be understood alone."
_LANGUAGE = {"en": "English", "es": "Spanish"}
_BULLET = re.compile(r"^[-*•·\s]*(?:\d{1,2}[.)]\s+)?")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand under one heading."""

    heading: str
    lines: tuple[str, ...]


def under_headings(lines: Iterable[tuple[Passage, Sentence]]) -> list[Block]:
    """Lines under the title and headings of their passages; those of one passage stand together."""
    found = []
    for _, group in groupby(lines, key=lambda line: line[0].chunk_id):
        own = list(group)
        passage = own[0][0]
        heading = " > ".join(dict.fromkeys(name for name in (passage.title, *passage.heading) if name))
        found.append(Block(heading, tuple(sentence.text for _, sentence in own)))
    return found


def pick(question: str, language: str, blocks: Sequence[Block]) -> list[BaseMessage]:
    """Ask which of up to 26 lines answers: the first token is its label, or 0; `picked` makes the answer follow.

    The question stands before the lines, so that they are read for it, and again after them, where it is answered.
    """
    asked = one_line(data(question))
    lines = _numbered(blocks)
    wanted = f"Question: {asked}\nLine, and the answer in {_LANGUAGE[language]}:"
    return [SystemMessage(_PICK), HumanMessage(f"Question: {asked}\n\n{lines}\n\n{wanted}")]


def picked(labels: Sequence[str], *, ended: bool = True) -> AIMessage:
    """The beginning of the reply to `pick` that names these lines; `ended` when no more are named and it answers."""
    return AIMessage(" ".join(labels) + (END if ended else ""))


def tell(question: str, language: str, blocks: Sequence[Block]) -> list[BaseMessage]:
    """Ask for an answer out of a few lines."""
    asked = f"Question: {one_line(data(question))}\nAnswer in {_LANGUAGE[language]}:"
    return [SystemMessage(_TELL), HumanMessage(f"{_plain(blocks)}\n\n{asked}")]


def stands(claim: str, blocks: Sequence[Block], question: str = "") -> list[BaseMessage]:
    """Ask, for one token, whether lines state a claim; an answer is claimed together with its question."""
    asked = f"Question: {one_line(data(question))}\n" if question else ""
    return [SystemMessage(_STANDS), HumanMessage(f"{_plain(blocks)}\n\n{asked}Claim: {one_line(data(claim))}")]


def alone(question: str, asked: str, said: str) -> list[BaseMessage]:
    """Ask for the standalone form of a follow-up to the question `asked` that was answered with `said`."""
    before = f"Q: {one_line(data(asked[:LONGEST_LINE]))}\nA: {one_line(data(said[:LONGEST_SAID]))}"
    return [SystemMessage(_ALONE), HumanMessage(f"{before}\nLast question: {one_line(data(question))}")]


def _numbered(blocks: Sequence[Block]) -> str:
    shown, labels = list[str](), iter(LABELS)
    for block in blocks:
        shown.append(_heading(block))
        shown += [f"{label}. {shown_line(line)}" for line, label in zip(block.lines, labels, strict=False)]
    return "\n".join(shown)


def _plain(blocks: Sequence[Block]) -> str:
    return "\n".join(part for block in blocks for part in (_heading(block), *map(shown_line, block.lines)))


def _heading(block: Block) -> str:
    heading = one_line(data(block.heading))
    return f"# {heading if len(heading) <= LONGEST_HEADING else '…' + heading[-LONGEST_HEADING:]}"


def shown_line(text: str) -> str:
    """A sentence as it stands in a prompt."""
    return _BULLET.sub("", one_line(data(text))[:LONGEST_LINE])
