"""What the large model is asked about a claim. The lines come first: a further claim costs only its own words."""

from collections.abc import Sequence

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.turn.prompts import data
from assistant.turn.trained_prompts import Block
from knowledge.parse.clean import one_line

# One form for both languages: lines and claim may be in different ones.
_STATED = "You check statements against a text. Go only by what the text says."
# Three answers, so that "Unknown" takes what would make "False" too likely (docs/benchmarks.md, "Support").
_ASKED = "Statement: {claim}\nAccording to the text, is the statement True, False or Unknown?"


def stated(claim: str, blocks: Sequence[Block], question: str = "") -> list[BaseMessage]:
    """Ask, for one token, whether lines state a claim."""
    text = "\n".join(part for block in blocks for part in (f"# {_plain(block.heading)}", *map(_plain, block.lines)))
    asked = f"Question: {_plain(question)}\n" if question else ""
    return [SystemMessage(_STATED), HumanMessage(f"Text:\n{text}\n\n{asked}{_ASKED.format(claim=_plain(claim))}")]


def _plain(text: str) -> str:
    return one_line(data(text))
