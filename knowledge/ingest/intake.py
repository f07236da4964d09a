"""Stores parsed documents so that they are found by words at once, then computes their vectors in batches."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import PurePath
from threading import RLock
from time import perf_counter

from sqlalchemy import Connection

from knowledge.chunk import Chunk, chunk_document
from knowledge.embedder import Vectors
from knowledge.embedding import Embedding
from knowledge.ingest.duplicates import NearDuplicates
from knowledge.ingest.reading import Reading
from knowledge.ingest.signature import signature_of, to_blob
from knowledge.language import LanguageDetector
from knowledge.lexical.analyzer import Analyzer
from knowledge.parse.document import ParsedDocument
from knowledge.settings import KnowledgeSettings
from knowledge.store import chunks, documents, editions, grants, notes, writing
from knowledge.store.database import Database
from knowledge.store.documents import Known
from knowledge.store.ids import ids_of
from knowledge.store.writing import IndexedChunk, Origin, Prepared
from knowledge.vectors.follower import IndexFollower

# Chunks embedded between two commits. Sorting by length inside so many keeps padding low; a kill loses at most these.
BATCH = 512
# What the embedder gets in one step, between two of which others may have the processor: about a second's work, and no
# more tokens than it takes at once anyway.
_STEP_SECONDS = 1.0
_STEP_TOKENS = 3_600
_LEAST_TOKENS = 600  # less would cost more than a tenth of its speed

OnEmbedded = Callable[[Sequence[str]], None]


class Intake:
    """The only writer of documents. `between` is called before each step of embedding and may take its time."""

    def __init__(
        self,
        database: Database,
        index: IndexFollower,
        embedding: Embedding,
        analyzer: Analyzer,
        settings: KnowledgeSettings,
        between: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._index = index
        self._embedding = embedding
        self._analyzer = analyzer
        self._settings = settings
        self._between = between
        self._languages = LanguageDetector()
        self._duplicates = NearDuplicates()
        self._embed_lock = RLock()
        self._step_tokens = _LEAST_TOKENS

    def store(self, items: Sequence[tuple[Origin, ParsedDocument]]) -> int:
        """Store documents in one transaction, searchable by words from then on; returns how many chunks they have."""
        prepared = [self._prepared(origin, parsed) for origin, parsed in items]
        with self._database.write() as connection:
            writing.put(connection, prepared)
            ids = ids_of(connection, [origin.key for origin, _ in items])
            self._duplicates.link(connection, ids.values())
            editions.put(connection, [(ids[each.origin.key], each.origin.name, each.parsed) for each in prepared])
        return sum(len(each.chunks) for each in prepared)

    def note(self, readings: Sequence[Reading], groups: Sequence[str]) -> None:
        """Record failures, and new times and grants of files whose content is the same."""
        with self._database.write() as connection:
            for reading in readings:
                origin, known = reading.origin, reading.known
                if reading.error is not None and not reading.same:
                    writing.put_failure(connection, origin, reading.error)
                elif reading.same and known is not None:
                    if known.name != origin.name:
                        self._rename(connection, known, origin.name)
                    if (known.modified_ns, known.root) != (origin.modified_ns, origin.root):
                        writing.touch(connection, known.id, origin.modified_ns, origin.root)
                    if known.groups != frozenset(groups):
                        writing.set_audiences(connection, {known.id: groups})

    def rename(self, known: Known, name: str) -> None:
        """Give a stored document another name: it keeps its id, its passages and all that is noted about it."""
        with self._database.write() as connection:
            self._rename(connection, known, name)

    def _rename(self, connection: Connection, known: Known, name: str) -> None:
        notes.revise(connection, known.id, {"name": name})
        grants.settle(connection, [known.id])  # another folder may have another rule
        former, title = PurePath(known.name).stem, PurePath(name).stem
        was_title = known.title == former != title
        if was_title:
            notes.revise(connection, known.id, {"title": title})
        parsed = documents.parsed(connection, known.id)
        if parsed is None:
            return
        editions.renew(connection, known.id, parsed)  # names say which year or version a document is
        if was_title:  # the title is searched and embedded with every passage
            writing.put_chunks(connection, {known.id: self._cut(parsed)})

    def remove(self, document_ids: Sequence[str]) -> None:
        """Forget documents: found no more from here on, by words or by meaning."""
        with self._database.write() as connection:
            writing.remove(connection, document_ids)
            self._duplicates.forget(connection, document_ids)
            editions.settle(connection, document_ids)

    def embed_pending(
        self,
        on_embedded: OnEmbedded | None = None,
        at_most: int | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> int:
        """Compute the vectors that are missing, `at_most` batches of them; returns the tokens embedded.

        What a killed process left unfinished is finished here too. `stop` is asked before each portion; what has been
        computed until then is kept.
        """
        tokens = 0
        last = 0
        batches = 0
        with self._embed_lock:
            while (at_most is None or batches < at_most) and not stop():
                with self._database.read() as connection:
                    waiting = chunks.unembedded(connection, last, BATCH)
                if not waiting:
                    break
                self._embed(waiting, stop)
                last, batches = waiting[-1].number, batches + 1
                tokens += sum(each.tokens for each in waiting)
                if on_embedded:
                    on_embedded(list(dict.fromkeys(each.document_id for each in waiting)))
            self._index.follow()
        return tokens

    def cut_again(self) -> None:
        """Cut every stored text anew with today's settings and embedder; vectors of unchanged chunks are kept."""
        with self._database.read() as connection:
            stored = documents.stored_ids(connection)
        for document_id in stored:
            with self._database.read() as connection:
                parsed = documents.parsed(connection, document_id)
            if parsed is not None:
                indexed = self._cut(parsed)
                with self._database.write() as connection:
                    writing.put_chunks(connection, {document_id: indexed})
                    signature = to_blob(signature_of(parsed.text))
                    notes.revise(connection, document_id, {"signature": signature})
                    self._duplicates.link(connection, [document_id])
                    editions.renew(connection, document_id, parsed)

    def forget_vectors(self) -> None:
        """Drop every vector and take the present embedder as the one to compute them with."""
        with self._database.write() as connection:
            chunks.forget_vectors(connection)
        self._embedding.adopt()

    def _embed(self, waiting: list[chunks.Unembedded], stop: Callable[[], bool]) -> None:
        """In portions small enough that whoever waits for an answer need not wait for a whole batch."""
        waiting = sorted(waiting, key=lambda each: each.tokens)
        vectors = list[Vectors]()
        while len(vectors) < len(waiting):
            self._between()
            if stop():
                break
            vectors.extend(self._step(_first(waiting[len(vectors) :], self._step_tokens)))
        computed = waiting[: len(vectors)]
        with self._database.write() as connection:
            chunks.put_vectors(connection, [each.id for each in computed], vectors)
            writing.mark_ready(connection, sorted({each.document_id for each in computed}))
        self._index.follow()

    def _step(self, some: Sequence[chunks.Unembedded]) -> Vectors:
        embedder, began = self._embedding.get(), perf_counter()
        vectors = embedder.embed_passages([each.text for each in some])
        tokens = sum(each.tokens for each in some)
        speed = tokens / max(perf_counter() - began, 1e-6)
        self._step_tokens = round(min(max(_STEP_SECONDS * speed, _LEAST_TOKENS), _STEP_TOKENS))
        return vectors

    def _prepared(self, origin: Origin, parsed: ParsedDocument) -> Prepared:
        parsed = replace(
            parsed,
            title=parsed.title or PurePath(origin.name).stem,
            language=parsed.language or self._languages.detect(parsed.text),
        )
        return Prepared(origin, parsed, self._cut(parsed), to_blob(signature_of(parsed.text)))

    def _cut(self, parsed: ParsedDocument) -> list[IndexedChunk]:
        cut = chunk_document(parsed, self._embedding.get().count_tokens, self._settings)
        return [self._indexed(parsed, chunk) for chunk in cut]

    def _indexed(self, parsed: ParsedDocument, chunk: Chunk) -> IndexedChunk:
        title_terms, body_terms = chunks.terms_of(
            self._analyzer, parsed.title, chunk.heading, chunk.text, parsed.language
        )
        return IndexedChunk(
            chunk=chunk,
            embedded=chunks.embedded_text(parsed.title, chunk.heading, chunk.text),
            title_terms=title_terms,
            body_terms=body_terms,
        )


def _first(waiting: Sequence[chunks.Unembedded], most: int) -> Sequence[chunks.Unembedded]:
    """The first that have at most so many tokens together; at least one."""
    for place, tokens in enumerate(accumulate(each.tokens for each in waiting)):
        if place and tokens > most:
            return waiting[:place]
    return waiting
