"""The knowledge package's front door: documents in, passages out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Self

import numpy as np

from knowledge.care import Care, Verification
from knowledge.curation import Curation
from knowledge.document import Document, DocumentHit, Stats, Upload
from knowledge.embedder import Vectors
from knowledge.embedding import EmbedderSource, Embedding
from knowledge.errors import EmbedderMismatch
from knowledge.granting import Granting
from knowledge.ingest.ingest import Ingest
from knowledge.ingest.intake import Intake
from knowledge.ingest.report import IngestReport, OnProgress
from knowledge.ingest.texts import add_texts
from knowledge.ingest.upload import UPLOADS, Shelf, add_upload
from knowledge.lexical.analyzer import Analyzer
from knowledge.parse.sandbox import DocumentReader, Sandbox
from knowledge.passage import Passage
from knowledge.search.filters import EVERYTHING, Filter
from knowledge.search.history import leaning, weighted
from knowledge.search.overview import Overview
from knowledge.search.raising import Raise
from knowledge.search.reranker import Reranker, reranker_of
from knowledge.search.searcher import Mode, Request, Searcher
from knowledge.search.sweep import Sweeper
from knowledge.settings import KnowledgeSettings
from knowledge.store import chunks, documents, schema
from knowledge.store.lock import FolderLock
from knowledge.store.opening import open_database, places
from knowledge.store.scope import Scope, conditions
from knowledge.sync.workshop import Workshop
from knowledge.vectors.follower import IndexFollower
from knowledge.vectors.places import OpenIndex

__all__ = ["EVERYONE", "UPLOADS", "Library"]

EVERYONE = frozenset({"everyone"})
_LONGEST_QUERY = 8_000  # characters; no embedder reads more than some 2,000 of them


class Library(Curation, Overview):
    """All documents of one knowledge folder. Any number of threads may search while one writes.

    Everywhere `groups` are those of whoever asks: what is granted to one of them is shown, and nothing to nobody. Where
    it may be None, None means the operator, who sees all. `between` is called before each step of embedding.
    """

    def __init__(
        self,
        folder: Path,
        embedder: EmbedderSource,
        settings: KnowledgeSettings,
        *,
        reader: DocumentReader | None = None,
        open_index: OpenIndex | None = None,
        between: Callable[[], None] = lambda: None,
        reranker: Reranker | None = None,
    ) -> None:
        self.folder, self._lock = folder, FolderLock(folder)
        try:
            self._database = open_database(folder, settings)
            self._index = IndexFollower(self._database, places(self._database, folder, settings, open_index))
        except BaseException:
            self._lock.release()
            raise
        self.place = self._database.name  # for people
        analyzer = Analyzer()
        self._settings = settings
        self._reader = reader or Sandbox(settings)
        self._embedding = Embedding(embedder, self._database)
        self._searcher = Searcher(self._database, self._index, analyzer, settings, reranker or reranker_of(settings))
        self._sweeper = Sweeper(self._database, self._searcher.dense, analyzer)
        self._care = Care(self._database, self._index, analyzer)
        self._intake = Intake(self._database, self._index, self._embedding, analyzer, settings, between)
        self._writing, self._between = RLock(), between
        self.workshop = Workshop(self._database, self._intake, self._reader, settings, self._writing, between)
        self.grants = Granting(self._database, self._writing)

    @classmethod
    def open(
        cls,
        folder: Path,
        embedder: EmbedderSource,
        settings: KnowledgeSettings | None = None,
        between: Callable[[], None] = lambda: None,
    ) -> Self:
        """Open or create a knowledge folder.

        `embedder` is an Embedder, or a callable that loads one when it is first needed; `between` is called between
        small portions of embedding, and may wait there for what is more urgent. Raises StoreLocked while
        another process has the folder open, StoreError when the store is damaged or from a newer version.
        """
        return cls(Path(folder), embedder, settings or KnowledgeSettings(), between=between)

    def close(self) -> None:
        """Give the folder back; the library cannot be used afterwards."""
        for part in (self._reader, self._index, self._database):
            part.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ingest(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        source: str | None = None,
        audience: Iterable[str] = EVERYONE,
        progress: OnProgress | None = None,
        forget_gone: bool = False,
    ) -> IngestReport:
        """Take in files and folders, readable by the groups of `audience`.

        Unchanged files are passed over, changed ones replaced, and what is gone from a folder that was ingested before
        is forgotten: most of a folder only with `forget_gone`. Without `source` each folder is a source of its own.
        Raises SourceError for a path that cannot be read, StoreError when the disk is full; a file that cannot be read
        is in the report's `failed`, and so is a folder that has lost so much that it is not believed.
        """
        listed = [paths] if isinstance(paths, (str, Path)) else list(paths)
        with self._writing:
            run = Ingest(
                self._database, self._intake, self._reader, self._settings, audience, progress, forget_gone=forget_gone
            )
            return run.run([Path(each) for each in listed], source)

    def add_upload(
        self,
        name: str,
        data: bytes,
        audience: Iterable[str] = EVERYONE,
        progress: OnProgress | None = None,
        shelf: Shelf = Shelf(),  # noqa: B008
    ) -> Upload:
        """Take in one file given as bytes; one of the same name on the same shelf is replaced.

        Raises ParseError, saying what to do, when it cannot be read. Only its text is kept.
        """
        parts = (self._database, self._intake, self._reader, self._writing)
        return add_upload(*parts, name, data, audience, progress, shelf)

    def add_texts(
        self,
        texts: Iterable[tuple[str, str, str]],
        *,
        source: str = "texts",
        audience: Iterable[str] = EVERYONE,
        progress: OnProgress | None = None,
    ) -> IngestReport:
        """Take in (name, title, text) triples as they are, without parsing; unchanged ones are passed over."""
        with self._writing:
            return add_texts(self._database, self._intake, texts, source, audience, progress)

    def finish(self) -> int:
        """Compute the vectors an interrupted ingest left out; returns the tokens embedded.

        After a kill, and after many changes, every entry of the vector index is asked for as well.
        """
        with self._writing:
            tokens = self._intake.embed_pending()
        self.examine()
        return tokens

    def examine(self) -> None:
        """Ask the vector index for what it holds, where changes or a kill may have cost it entries; mend it if so."""
        self._index.examine(self._between)

    def warm(self) -> None:
        """Load the embedder and the vector index, so that the first search does not wait for them."""
        self._embedding.get().embed_queries(["warm"])
        self._index.opened()
        self._searcher.dense.warm()

    def reindex(self) -> Stats:
        """Cut and embed every stored text anew with the present settings and embedder, and rebuild the vector index."""
        with self._writing:
            self._care.clear_away()
            try:
                self._embedding.get()
            except EmbedderMismatch:
                self._intake.forget_vectors()
                self._searcher.dense.forget()
                self._index.rebuild()  # empty, for vectors of the new length
            self._intake.cut_again()
            self._intake.embed_pending()
            self._index.rebuild()
        return self.stats()

    def verify(self, embedder_id: str | None = None) -> Verification:
        """Check texts, words, vectors and vector index against each other, and against the configured embedder's id."""
        with self._writing:
            return self._care.verify(embedder_id)

    def compact(self) -> None:
        """Give back the space of deleted documents and overwrite what is left of them, in SQL and vector index."""
        with self._writing:
            self._database.compact()
            self._index.rebuild()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """The vectors of questions, to be passed to `search` as `query_vectors`."""
        return self._embedding.get().embed_queries([text[:_LONGEST_QUERY] for text in texts])

    def search(
        self,
        query_texts: str | Sequence[str],
        *,
        k: int = 10,
        groups: Iterable[str] = EVERYONE,
        candidates: int | None = None,
        mode: Mode = "hybrid",
        language: str | None = None,
        query_vectors: Vectors | None = None,
        filter: Filter = EVERYTHING,
        earlier: Sequence[str] = (),
        raises: Sequence[Raise] = (),
    ) -> list[Passage]:
        """The `k` best passages that `groups` may read, best first.

        Several query texts (a question as typed and as rewritten) are wordings of one question: a passage gets the best
        score of any. `query_vectors` (one row per text) saves embedding them; `candidates` is how many hits each leg
        hands to the fusion; without `language` both languages' word forms match; `filter` limits the search to some
        documents, and neither leg looks at others. `earlier` are the questions asked before, oldest first: the last two
        count a little. Passages with a sentence of `raises` rise. Raises EmbedderMismatch unless `mode` is "lexical".
        """
        scope = Scope(frozenset(groups), filter)
        request = self._request(query_texts, scope, k, candidates, mode, language, query_vectors, earlier)
        return self._searcher.passages(replace(request, raises=tuple(raises)), k)

    def search_documents(
        self,
        query_texts: str | Sequence[str],
        *,
        k: int = 10,
        groups: Iterable[str] = EVERYONE,
        candidates: int | None = None,
        mode: Mode = "hybrid",
        language: str | None = None,
        query_vectors: Vectors | None = None,
        filter: Filter = EVERYTHING,
        earlier: Sequence[str] = (),
    ) -> list[DocumentHit]:
        """The `k` best documents, each scored by its best passage; arguments as in `search`."""
        scope = Scope(frozenset(groups), filter)
        request = self._request(query_texts, scope, k, candidates, mode, language, query_vectors, earlier)
        return self._searcher.documents(request, k)

    def documents(self, groups: Iterable[str] | None = None, filter: Filter = EVERYTHING) -> list[Document]:
        """All documents by source and name; with `groups`, those that they may read."""
        with self._database.read() as connection:
            return documents.find(connection, *documents.visible_to(groups), *conditions(filter))

    def document(self, name_or_id: str, groups: Iterable[str] | None = None) -> Document:
        """One document; raises DocumentNotFound also for one `groups` may not read and for an ambiguous name."""
        columns = schema.documents.c
        with self._database.read() as connection:
            found = documents.find(connection, columns.id == name_or_id, *documents.visible_to(groups))
            found = found or documents.find(connection, columns.name == name_or_id, *documents.visible_to(groups))
        return documents.only(found, name_or_id)

    def text(self, name_or_id: str, groups: Iterable[str] | None = None) -> str:
        """The stored text that the offsets of passages and sentences refer to."""
        found = self.document(name_or_id, groups)
        with self._database.read() as connection:
            return documents.text_of(connection, found.id) or ""

    def delete(self, name_or_id: str) -> Document:
        """Forget a document; it is found no more when this returns."""
        with self._writing:
            found = self.document(name_or_id)
            self._intake.remove([found.id])
            self._index.follow_if_open()
        return found

    def set_audience(self, name_or_id: str, audience: Iterable[str]) -> Document:
        """Replace the groups that may read a document, whatever rules say; in force for the next search."""
        found = self.document(name_or_id)
        self.grants.set_audience(found, audience)
        return self.document(found.id)

    def count_documents(self, groups: Iterable[str] = EVERYONE, filter: Filter = EVERYTHING) -> int:
        """How many documents searches of `groups` go through."""
        with self._database.read() as connection:
            return documents.count(connection, Scope(frozenset(groups), filter).condition())

    def stats(self) -> Stats:
        """How much is stored."""
        with self._database.read() as connection:
            return chunks.stats(connection)

    def _request(
        self,
        query_texts: str | Sequence[str],
        scope: Scope,
        k: int,
        candidates: int | None,
        mode: Mode,
        language: str | None,
        vectors: Vectors | None,
        earlier: Sequence[str],
    ) -> Request:
        texts = (query_texts,) if isinstance(query_texts, str) else tuple(query_texts)
        if mode != "lexical":
            vectors = np.atleast_2d(self.embed_queries(texts) if vectors is None else vectors)
            if counted := weighted(earlier):
                vectors = leaning(vectors, self.embed_queries([text for text, _ in counted]), [w for _, w in counted])
        limit = max(k, candidates or self._settings.candidates)
        return Request(texts, vectors, scope, limit, mode, language, tuple(earlier))
