"""An answer in the words of the documents: the lines themselves, as a list."""

import re
from collections.abc import Sequence

from assistant.grounding.citations import Grounded, citation_of, figures, marked
from assistant.grounding.support.amounts import in_another_unit
from assistant.messages import message
from assistant.turn.answer import Citation, Evidence, Support
from assistant.turn.parts import named
from knowledge.passage import Sentence

_BETWEEN_CELLS = " | "
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


def quoted(reading: Sequence[Evidence]) -> str:
    """The selected lines as a Markdown list, word for word."""
    return "\n".join(f"- {shown(sentence)}" for each in reading for sentence in each.selected)


def cited(reading: Sequence[Evidence]) -> Grounded:
    """The same list with its markers. Every line is its own support."""
    lines, citations, support = list[str](), list[Citation](), list[Support]()
    for each in reading:
        for sentence in each.selected:
            lines.append(f"- {marked(shown(sentence), (each.number,))}")
            citations.append(citation_of(each, sentence))
            support.append(Support(shown(sentence), 1.0, True, (each.number,)))
    return Grounded("\n".join(lines), tuple(citations), tuple(support))


def introduced(quotation: str, language: str, unsaid: Sequence[str] = ()) -> str:
    """A quotation under the words that say it is one, and over what it leaves unsaid of a question."""
    missing = [message("lines_leave_out", language, part=named(part)) for part in unsaid]
    return "\n\n".join([message("documents_say", language), quotation, *missing])


def says_as_much(answer: str, question: str, reading: Sequence[Evidence]) -> bool:
    """Whether an answer in other words kept the figures of its lines: no others, some of each line that has any, and
    each of what the lines count with it.
    """
    lines = [(each, sentence) for each in reading for sentence in each.selected]
    contexts = [(*each.passage.heading, each.passage.title, sentence.text) for each, sentence in lines]
    held, said = figures(" ".join(text for context in contexts for text in context)), figures(answer)
    of_lines = [figures(sentence.text) for _, sentence in lines]
    if in_another_unit(answer, [sentence.text for _, sentence in lines]):
        return False
    return said <= held | figures(question) and all(not own or own & said for own in of_lines)


def plain(sentence: Sentence) -> str:
    """A line without the bullet or number that it stands under."""
    return _BULLET.sub("", sentence.text)


def shown(sentence: Sentence) -> str:
    """A line as an answer shows it: `plain`, and the cells of a row with a semicolon between them."""
    return plain(sentence).replace(_BETWEEN_CELLS, "; ")
