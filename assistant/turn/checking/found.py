"""What the documents have about each claim: one search per claim, as whoever asks may search."""

from collections.abc import Callable, Iterable, Sequence

from assistant.turn.checking.claims import Piece
from assistant.turn.ports import Searchable
from knowledge.embedder import Embedder
from knowledge.passage import Passage
from knowledge.search.filters import EVERYTHING, Filter
from knowledge.versions import asked_marks, marks_of

# Passages that a claim is judged against: the right one is among these (docs/benchmarks.md, "Checking a text").
PASSAGES = 8


def found_for(
    claims: Sequence[Piece], library: Searchable, embedder: Embedder, groups: Iterable[str],
    filter: Filter = EVERYTHING, between: Callable[[], None] = lambda: None,
) -> list[list[Passage]]:  # fmt: skip
    """The passages for each claim, the best first. `between` is called before each search, and may raise."""
    texts = [f"{claim.context} {claim.text}".strip() for claim in claims]
    vectors = embedder.embed_queries(texts)
    found, readers = [], frozenset(groups)
    for text, vector in zip(texts, vectors, strict=True):
        between()
        passages = library.search(text, k=PASSAGES, groups=readers, query_vectors=vector[None], filter=filter)
        found.append(in_force([each for each in passages if each.sentences], text))
    return found


def in_force(passages: Sequence[Passage], claim: str) -> list[Passage]:
    """Without documents that another one replaces, unless the claim names their year or version.

    The successor says something else, so that it may not be found by the words of the claim.
    """
    asked = asked_marks(claim)
    return [
        each
        for each in passages
        if each.superseded_by is None or asked & frozenset(marks_of(each.document, each.title))
    ]
