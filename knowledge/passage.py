"""What a search returns: passages and the sentences inside them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence (or table row, or list item) of a document.

    `start` and `end` are character offsets into the document's stored text: `text == document.text[start:end]`.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a document that a search found.

    `document` is the name people know it by (the path relative to the folder it was added from), `heading` the path of
    headings it stands under, `page` the 1-based page for paged formats, `score` the fused score (higher is better),
    `dense` the cosine similarity (None while the chunk has no vector yet, or when the dense leg did not score it)
    and `lexical` the BM25 score (None when no word matched). `superseded_by` is the id of the document that replaces
    this passage's document, when whoever asks may read that too. `dated_at` is the day the document says it is of, in
    seconds since 1970 (UTC); None when it does not say.
    """

    chunk_id: str
    document_id: str
    document: str
    title: str
    heading: tuple[str, ...]
    text: str
    start: int
    end: int
    page: int | None
    language: str | None
    score: float
    dense: float | None = None
    lexical: float | None = None
    sentences: tuple[Sentence, ...] = field(default=())
    superseded_by: str | None = None
    dated_at: float | None = None
