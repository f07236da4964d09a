"""Takes a prompt apart: what was asked, and what was put before the model to answer from.

Both are in one message in the prompts of a turn (and of most data sets), so the question is found by its shape: after a
label ("Question:"), or as the short one of the first and the last paragraph. Where neither is there, the whole message
is the question.
"""

import re

from finetune.examples import Example

# From so many characters on, a message holds more than a question.
LONG, LONGEST_QUESTION = 400, 600
_LABELLED = re.compile(r"^(?:Last question|Question|Pregunta|Última pregunta|Q|P)\s*:\s*(.+)$", re.MULTILINE)
_WORD = re.compile(r"\w+")


def question_of(example: Example) -> str:
    """What was asked last."""
    text = example.messages[-1].content.strip() if example.messages else ""
    if labelled := _LABELLED.search(text):
        return labelled.group(1).strip()
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    if (len(parts) > 1 and len(text) > LONG) or (len(parts) > 1 and any(part.startswith("#") for part in parts)):
        ends = sorted((parts[0], parts[-1]), key=len)
        if len(ends[0]) <= LONGEST_QUESTION:
            return ends[0]
    return text


def context_of(example: Example) -> str:
    """Everything in the prompt but what was asked last."""
    last = example.messages[-1].content.replace(question_of(example), " ") if example.messages else ""
    return "\n".join((*(each.content for each in example.messages[:-1]), last))


def words_of(text: str) -> list[str]:
    """Words and numbers, without capitals."""
    return _WORD.findall(text.casefold())
