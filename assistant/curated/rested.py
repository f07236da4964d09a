"""Which sentences of its evidence a reviewed example rests on: those its reply names by their labels, or quotes."""

import re
from collections.abc import Iterator

from assistant.curated.record import Ground
from assistant.turn.answer import Answer
from assistant.turn.prompts import data
from assistant.turn.trained_prompts import shown_line
from finetune.examples import Example

_LABELLED = re.compile(r"^([A-Z])\. (.*)$", re.MULTILINE)
_NAMED = re.compile(r"[A-Z](?: [A-Z])*")
_QUOTED = re.compile(r"(?:Quote|Cita): (.+)\n(?:Answer|Respuesta): ", re.DOTALL)


def grounds_of(example: Example, answer: Answer) -> tuple[Ground, ...]:
    """The sentences in the stored answer's evidence; none when the reply names none that is there."""
    wanted = frozenset(_lines(example))
    found = dict[str, Ground]()
    for each in answer.evidence:
        passage = each.passage
        for sentence in passage.sentences:
            shown = {shown_line(sentence.text), data(sentence.text)}
            if hit := shown & wanted:
                ground = Ground(
                    passage.document_id, passage.document, passage.title, sentence.text, sentence.start, sentence.end,
                    passage.page,
                )  # fmt: skip
                found.setdefault(min(hit), ground)
    return tuple(found.values())


def _lines(example: Example) -> Iterator[str]:
    if quoted := _QUOTED.match(example.completion):
        yield quoted.group(1)
        return
    first = example.completion.partition("\n")[0]
    if not _NAMED.fullmatch(first):
        return
    shown = dict(_LABELLED.findall(example.messages[-1].content)) if example.messages else {}
    yield from (shown[label] for label in first.split() if label in shown)
