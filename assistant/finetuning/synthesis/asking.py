"""Has the large model write a question to a passage: one that a line of it answers, or one that nothing in it does."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.turn.prompts import data
from knowledge.parse.clean import one_line
from knowledge.passage import Passage, Sentence

TOKENS = 160
MOST_LINES, LONGEST_LINE = 12, 300
_LANGUAGE = {"en": "English", "es": "Spanish"}
_ANSWERED = (
    "You write questions that customers and employees ask. Write one short question that exactly one of the lines "
    "answers. It names what it is about, so that it is understood without the lines, and it does not repeat the line. "
    "Then the number of that line, and the answer in one short sentence. Reply in JSON."
)
_UNANSWERED = (
    "You write questions that customers and employees ask. Write one short question on the same subject that none of "
    "the lines answers: about a detail that they do not mention. It is understood without the lines. Reply in JSON."
)


class Says(Protocol):
    """A language model."""

    def __call__(self, messages: Sequence[BaseMessage], **options: Any) -> str:
        """What it says. Raises ModelError."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question, and the sentence and words that answer it; without a sentence nothing does."""

    question: str
    line: Sentence | None = None
    answer: str = ""


def answerable(say: Says, passage: Passage, lines: Sequence[Sentence], language: str) -> Draft | None:
    """A question that a line answers; None when the model replies with something else."""
    properties = {
        "question": {"type": "string", "maxLength": 200},
        "line": {"type": "integer", "enum": list(range(1, len(lines) + 1))},
        "answer": {"type": "string", "maxLength": 300},
    }
    found = _asked(say, _ANSWERED, passage, lines, language, properties)
    question, answer, number = (found.get(name) for name in ("question", "answer", "line"))
    if not isinstance(question, str) or not isinstance(answer, str) or not isinstance(number, int):
        return None
    if not 1 <= number <= len(lines) or not question.strip() or not answer.strip():
        return None
    return Draft(one_line(question), lines[number - 1], one_line(answer))


def unanswerable(say: Says, passage: Passage, lines: Sequence[Sentence], language: str) -> Draft | None:
    """A question that no line answers; None when the model replies with something else."""
    found = _asked(say, _UNANSWERED, passage, lines, language, {"question": {"type": "string", "maxLength": 200}})
    question = found.get("question")
    return Draft(one_line(question)) if isinstance(question, str) and question.strip() else None


def _asked(
    say: Says, order: str, passage: Passage, lines: Sequence[Sentence], language: str, properties: Mapping[str, Any]
) -> Mapping[str, Any]:
    heading = " > ".join(dict.fromkeys(name for name in (passage.title, *passage.heading) if name))
    shown = "\n".join(
        f"{number}. {one_line(data(each.text))[:LONGEST_LINE]}" for number, each in enumerate(lines, start=1)
    )
    form = {
        "type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": False,
    }  # fmt: skip
    schema = {"type": "json_schema", "json_schema": {"name": "question", "strict": True, "schema": form}}
    prompt = [
        SystemMessage(order),
        HumanMessage(f"# {one_line(data(heading))}\n{shown}\n\nThe question in {_LANGUAGE[language]}:"),
    ]
    try:
        found = json.loads(say(prompt, response_format=schema, max_tokens=TOKENS, temperature=0.7))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
