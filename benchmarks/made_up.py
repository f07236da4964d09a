"""A large made-up library: clustered vectors, words by Zipf's law, written without an embedder."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.chunk import Chunk
from knowledge.embedder import Vectors
from knowledge.lexical.analyzer import Analyzer
from knowledge.library import Library
from knowledge.parse.document import ParsedDocument
from knowledge.settings import KnowledgeSettings
from knowledge.store import chunks, writing
from knowledge.store.ids import ids_of
from knowledge.store.writing import IndexedChunk, Origin, Prepared
from knowledge.vectors.chroma import ChromaIndex

DIMENSION = 384
CHUNKS_PER_DOCUMENT = 10
WORDS_PER_CHUNK = 120
_VOCABULARY = 40_000
_COMMONEST = 40  # the ranks that stop words would have
_TOPICS = 200
_TOGETHER = 200


class GivenVectors:
    """An embedder that computes nothing: its vectors are made up beforehand."""

    model_id, dimension = "made-up", DIMENSION

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError("vectors are given")

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError("vectors are given")

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its vector, and the document it was made from."""

    text: str
    vector: Vectors
    document: int


class MadeUp:
    """The content of a library of `documents` documents, the same for the same seed."""

    def __init__(self, documents: int, seed: int = 0) -> None:
        self.documents = documents
        self._random = np.random.default_rng(seed)
        self._topics = _unit(self._random.standard_normal((_TOPICS, DIMENSION)))
        self.topic = self._random.integers(0, _TOPICS, documents)
        self._vectors = self._make_vectors()
        weights = 1.0 / np.arange(_COMMONEST, _COMMONEST + _VOCABULARY)
        self._cumulated = np.cumsum(weights / weights.sum())
        self._words = np.array([_word(number) for number in range(_VOCABULARY)])
        self._shifts = self._random.integers(0, _VOCABULARY, _TOPICS)

    def vectors(self, document: int) -> Vectors:
        """One row per chunk, as precise as they are stored."""
        first = document * CHUNKS_PER_DOCUMENT
        return self._vectors[first : first + CHUNKS_PER_DOCUMENT]

    def text(self, document: int) -> list[str]:
        """The chunks of a document: half of the words are anyone's, half are its topic's."""
        random = np.random.default_rng(document)
        drawn = np.searchsorted(self._cumulated, random.random((CHUNKS_PER_DOCUMENT, WORDS_PER_CHUNK)))
        shift = self._shifts[self.topic[document]]
        drawn[:, ::2] = (drawn[:, ::2] + shift) % _VOCABULARY
        return [" ".join(self._words[row]) for row in drawn]

    def questions(self, count: int, seed: int) -> list[Asked]:
        """Eight words of a chunk, the rarer the likelier as people choose them, and a vector near the chunk's."""
        random = np.random.default_rng(seed)
        made = []
        for document in random.integers(0, self.documents, count):
            place = int(random.integers(0, CHUNKS_PER_DOCUMENT))
            words = self.text(int(document))[place].split()
            near = self.vectors(int(document))[place] + 0.6 * _unit(random.standard_normal((1, DIMENSION)))[0]
            text = " ".join(random.choice(words, 8, replace=False))
            made.append(Asked(text, _unit(near[None])[0], int(document)))
        return made

    def _make_vectors(self) -> Vectors:
        count = self.documents * CHUNKS_PER_DOCUMENT
        own = self._random.standard_normal((self.documents, DIMENSION)).astype(np.float32) / DIMENSION**0.5
        made = self._random.standard_normal((count, DIMENSION)).astype(np.float32) / DIMENSION**0.5
        made += np.repeat(1.2 * self._topics[self.topic] + 0.8 * own, CHUNKS_PER_DOCUMENT, axis=0)
        return _unit(made).astype(np.float16).astype(np.float32)


def write(
    folder: Path, made: MadeUp, source: Callable[[int], str], audiences: Sequence[tuple[str, ...]]
) -> Iterator[int]:
    """Fill a new library through the store's own writers; yields how many documents are stored.

    Text takes the same way as ever (words, grants, marks); only cutting and embedding are left out.
    """
    analyzer = Analyzer()
    with opened(folder) as library:
        library._embedding.adopt()
        for start in range(0, made.documents, _TOGETHER):
            numbers = range(start, min(start + _TOGETHER, made.documents))
            prepared = [_prepared(made, number, analyzer, source(number), audiences[number]) for number in numbers]
            with library._database.write() as connection:
                writing.put(connection, prepared)
                ids = ids_of(connection, [each.origin.key for each in prepared])
                for number, each in zip(numbers, prepared, strict=True):
                    own = chunks.ids_of(connection, ids[each.origin.key])
                    chunks.put_vectors(connection, own, made.vectors(number))
                writing.mark_ready(connection, list(ids.values()))
            yield numbers[-1] + 1


def opened(folder: Path) -> Library:
    """The library of a folder, with Chroma."""
    return Library(folder, GivenVectors(), KnowledgeSettings(), open_index=ChromaIndex)


def _prepared(made: MadeUp, number: int, analyzer: Analyzer, source: str, audience: tuple[str, ...]) -> Prepared:
    texts = made.text(number)
    whole = "\n\n".join(texts)
    cut, start = [], 0
    for text in texts:
        chunk = Chunk(start, start + len(text), text, (), None, WORDS_PER_CHUNK)
        title, body = chunks.terms_of(analyzer, f"Document {number}", (), text, "en")
        cut.append(IndexedChunk(chunk, text, title, body))
        start += len(text) + 2
    origin = Origin(source, name_of(number), audience, len(whole), f"{number:064x}")
    return Prepared(origin, ParsedDocument(f"Document {number}", whole, "text/plain", language="en"), cut)


def name_of(number: int) -> str:
    """What a document is called: a hundred to a folder."""
    return f"folder-{number // 100:04d}/document-{number:06d}.txt"


def _word(number: int) -> str:
    """A word of its own, by number."""
    letters = ""
    number += 1_000
    while number:
        number, rest = divmod(number, 20)
        letters += "bcdfghjklmnpqrstvwxz"[rest] + "aeiou"[rest % 5]
    return letters


def _unit(rows: npt.NDArray[np.floating]) -> Vectors:
    found: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return found
