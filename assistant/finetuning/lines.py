"""Questions and the lines they are to be told apart by, cut and ranked as a search of Pilares would."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assistant.grounding.context import in_context
from finetune.lines.training import Example
from finetune.organisations.organisation import Line, LineQuestion, Organisation
from knowledge.embedder import Embedder
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings

# Lines that do not answer, per example: up to four that look like it, then every second of the nearest others (of the
# very nearest, some answer after all and nobody has marked them).
OTHERS, NEAR, STEP = 8, 4, 2


@dataclass(frozen=True, slots=True)
class RankedLines:
    """A question and every line of its organisation's documents, nearest first.

    `answers` and `near` hold the positions of the lines that answer and of those that look like it.
    """

    question: LineQuestion
    lines: tuple[str, ...]
    answers: frozenset[int]
    near: frozenset[int]


def ranked_lines(organisation: Organisation, embedder: Embedder, settings: KnowledgeSettings) -> Iterator[RankedLines]:
    """Cut the documents and rank their lines for each question."""
    with TemporaryDirectory() as home:
        source = Path(home) / "documents"
        for path, text in organisation.documents.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_text(text, encoding="utf-8")
        with Library.open(Path(home) / "library", embedder, settings.in_files()) as library:
            library.ingest(source)
            passages = [each for found in library.documents() for each in library.passages_of(found.id)]
    places = [(passage, sentence) for passage in passages for sentence in passage.sentences]
    texts = [in_context(*place) for place in places]
    vectors = embedder.embed_passages(texts)
    for question in organisation.questions:
        order = np.argsort(-(vectors @ embedder.embed_queries([question.text])[0]), kind="stable")
        ranked = [(places[index][0].document, places[index][1].text) for index in order]
        yield RankedLines(
            question,
            tuple(texts[index] for index in order),
            _positions(question.answers, ranked),
            _positions(question.near, ranked),
        )


def examples_of(ranked: RankedLines) -> Iterator[Example]:
    """One example for each line that answers."""
    near = sorted(ranked.near - ranked.answers)[:NEAR]
    rest = [index for index in range(len(ranked.lines)) if index not in ranked.answers and index not in near]
    hardest = near + rest[::STEP][: OTHERS - len(near)]
    if len(hardest) == OTHERS:
        for answer in sorted(ranked.answers):
            yield Example(ranked.question.text, ranked.lines[answer], tuple(ranked.lines[index] for index in hardest))


def _positions(wanted: tuple[Line, ...], ranked: list[tuple[str, str]]) -> frozenset[int]:
    return frozenset(
        position for position, (path, text) in enumerate(ranked) if any(line.is_in(path, text) for line in wanted)
    )
