"""Of two versions of one document, the current one answers.

A search finds last year's policy beside this year's, in nearly the same words, and a small model takes either. What is
superseded (`knowledge.versions`) is left out beside its successor, unless the question names its year or version.
"""

from collections.abc import Sequence

from knowledge.passage import Passage
from knowledge.versions import asked_marks, marks_of


def current(passages: Sequence[Passage], question: str) -> list[Passage]:
    """`passages` without those of documents whose successors are among them, in the same order."""
    found = {passage.document_id for passage in passages}
    asked = asked_marks(question)
    return [
        passage
        for passage in passages
        if passage.superseded_by not in found or asked & frozenset(marks_of(passage.document, passage.title))
    ]
