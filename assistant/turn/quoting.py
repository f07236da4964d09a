"""An answer in the words of the documents: the lines themselves, as a list."""

import re
from collections.abc import Sequence

from assistant.grounding.citations import figures
from assistant.messages import message
from assistant.turn.answer import Evidence

_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


def quoted(reading: Sequence[Evidence]) -> str:
    """The selected lines as a Markdown list, word for word."""
    lines = [sentence.text for each in reading for sentence in each.selected]
    return "\n".join(f"- {_BULLET.sub('', line)}" for line in lines)


def introduced(quotation: str, language: str) -> str:
    """A quotation under the words that say it is one."""
    return f"{message('documents_say', language)}\n\n{quotation}"


def says_as_much(answer: str, question: str, reading: Sequence[Evidence]) -> bool:
    """Whether an answer in other words kept the figures of its lines: adds none, and does not leave all of them out."""
    text = " ".join(
        " ".join((each.passage.title, *each.passage.heading, sentence.text))
        for each in reading
        for sentence in each.selected
    )
    held, said = figures(text), figures(answer)
    told = figures(" ".join(sentence.text for each in reading for sentence in each.selected))
    return said <= held | figures(question) and (not told or bool(said & told))
