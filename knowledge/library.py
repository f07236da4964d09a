"""The knowledge package's front door: documents in, passages out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Self

import numpy as np

from knowledge.care import Care, Verification
from knowledge.document import Document, DocumentHit, Stats, Upload
from knowledge.embedder import Vectors
from knowledge.embedding import EmbedderSource, Embedding
from knowledge.errors import DocumentNotFound, EmbedderMismatch
from knowledge.ingest.ingest import Ingest
from knowledge.ingest.intake import Intake
from knowledge.ingest.names import safe_name
from knowledge.ingest.report import IngestReport, OnProgress, Progress
from knowledge.ingest.texts import add_texts
from knowledge.lexical.analyzer import Analyzer
from knowledge.parse.sandbox import DocumentReader, Sandbox
from knowledge.passage import Passage
from knowledge.search.searcher import Mode, Request, Searcher
from knowledge.sentences import split_sentences
from knowledge.settings import KnowledgeSettings
from knowledge.store import chunks, documents, schema, writing
from knowledge.store.lock import FolderLock
from knowledge.store.opening import open_database, places
from knowledge.store.writing import Origin
from knowledge.vectors.follower import IndexFollower
from knowledge.vectors.places import OpenIndex

EVERYONE = frozenset({"everyone"})
UPLOADS = "uploads"
_LONGEST_QUERY = 8_000  # characters; no embedder reads more than some 2,000 of them


class Library:
    """All documents of one knowledge folder. Any number of threads may search while one writes.

    Everywhere `groups` are the groups of whoever asks: a document is shown when it is granted to one of them, and
    nothing is shown to nobody. Where `groups` may be None, None means the operator, who sees all.
    """

    def __init__(
        self,
        folder: Path,
        embedder: EmbedderSource,
        settings: KnowledgeSettings,
        *,
        reader: DocumentReader | None = None,
        open_index: OpenIndex | None = None,
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
        self._searcher = Searcher(self._database, self._index, analyzer, settings)
        self._care = Care(self._database, self._index, analyzer)
        self._intake = Intake(self._database, self._index, self._embedding, analyzer, settings)
        self._writing = RLock()

    @classmethod
    def open(cls, folder: Path, embedder: EmbedderSource, settings: KnowledgeSettings | None = None) -> Self:
        """Open or create a knowledge folder.

        `embedder` is an Embedder, or a callable that loads one when it is first needed. Raises StoreLocked while
        another process has the folder open, StoreError when the store is damaged or from a newer version.
        """
        return cls(Path(folder), embedder, settings or KnowledgeSettings())

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
    ) -> IngestReport:
        """Take in files and folders, readable by the groups of `audience`.

        Unchanged files are passed over, changed ones replaced, and what is gone from a folder that was ingested before
        is forgotten. Without `source` each folder is a source of its own. Raises SourceError for a path that cannot be
        read, StoreError when the disk is full; a file that cannot be read is in the report's `failed`.
        """
        listed = [paths] if isinstance(paths, (str, Path)) else list(paths)
        with self._writing:
            run = Ingest(self._database, self._intake, self._reader, self._settings, audience, progress)
            return run.run([Path(each) for each in listed], source)

    def add_upload(
        self, name: str, data: bytes, audience: Iterable[str] = EVERYONE, progress: OnProgress | None = None
    ) -> Upload:
        """Take in one file given as bytes; one of the same name is replaced.

        Raises ParseError, saying what to do, when it cannot be read. Only its text is kept.
        """
        shown = safe_name(name)
        groups = tuple(sorted(set(audience)))
        origin = Origin(UPLOADS, shown, groups, len(data), sha256(data).hexdigest())
        with self._database.read() as connection:
            before = documents.find(connection, schema.documents.c.id == origin.document_id)
        if before and (before[0].sha256, before[0].audience) == (origin.sha256, groups):
            return Upload(before[0], unchanged=True)
        parsed = self._reader.read(shown, data)
        with self._writing:
            self._intake.store([(origin, parsed)])
            if progress:
                progress(Progress(shown, 1, 1, "words"))
            self._intake.embed_pending()
            if progress:
                progress(Progress(shown, 1, 1, "vectors"))
        return Upload(self.document(origin.document_id), unchanged=False)

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
        """Compute the vectors an interrupted ingest left out; returns the tokens embedded."""
        with self._writing:
            return self._intake.embed_pending()

    def warm(self) -> None:
        """Load the embedder and the vector index, so that the first search does not wait for them."""
        self._embedding.get().embed_queries(["warm"])
        self._index.opened()

    def reindex(self) -> Stats:
        """Cut and embed every stored text anew with the present settings and embedder, and rebuild the vector index."""
        with self._writing:
            self._care.clear_away()
            try:
                self._embedding.get()
            except EmbedderMismatch:
                self._intake.forget_vectors()
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
    ) -> list[Passage]:
        """The `k` best passages that `groups` may read, best first.

        Several query texts (a question as typed and as rewritten) count as wordings of one question: a passage gets
        the best score that any of them gives it. `query_vectors` (one row per text) saves embedding them again.
        `candidates` is how many hits each leg hands to the fusion. `language` is the question's; without it English
        and Spanish word forms are both matched. Raises EmbedderMismatch unless `mode` is "lexical".
        """
        request = self._request(query_texts, groups, k, candidates, mode, language, query_vectors)
        return self._searcher.passages(request, k)

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
    ) -> list[DocumentHit]:
        """The `k` best documents, each scored by its best passage; arguments as in `search`."""
        request = self._request(query_texts, groups, k, candidates, mode, language, query_vectors)
        return self._searcher.documents(request, k)

    def documents(self, groups: Iterable[str] | None = None) -> list[Document]:
        """All documents by source and name; with `groups`, those that they may read."""
        with self._database.read() as connection:
            return documents.find(connection, *_readable(groups))

    def document(self, name_or_id: str, groups: Iterable[str] | None = None) -> Document:
        """One document; raises DocumentNotFound also for one `groups` may not read and for an ambiguous name."""
        columns = schema.documents.c
        with self._database.read() as connection:
            found = documents.find(connection, columns.id == name_or_id, *_readable(groups))
            found = found or documents.find(connection, columns.name == name_or_id, *_readable(groups))
        if len(found) == 1:
            return found[0]
        if not found:
            raise DocumentNotFound(f"There is no document {name_or_id!r}. `pilares documents list` shows their names.")
        ids = ", ".join(f"{each.id} (from {each.source})" for each in found)
        raise DocumentNotFound(f"{len(found)} documents are called {name_or_id!r}. Use the id of one: {ids}.")

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
        """Replace the groups that may read a document; in force for the next search."""
        with self._writing:
            found = self.document(name_or_id)
            with self._database.write() as connection:
                writing.set_audiences(connection, {found.id: audience})
            self._index.follow_if_open()
        return self.document(found.id)

    def passages_of(self, document_id: str, groups: Iterable[str] = EVERYONE) -> list[Passage]:
        """All chunks of a document in order, unscored, with their sentences; none that `groups` may not read."""
        with self._database.read() as connection:
            found = chunks.passages(connection, chunks.ids_of(connection, document_id), groups)
        ordered = sorted(found.values(), key=lambda passage: passage.start)
        return [replace(each, sentences=split_sentences(each.text, each.start)) for each in ordered]

    def count_documents(self, groups: Iterable[str] = EVERYONE) -> int:
        """How many documents `groups` may read."""
        with self._database.read() as connection:
            return documents.count(connection, groups)

    def stats(self) -> Stats:
        """How much is stored."""
        with self._database.read() as connection:
            return chunks.stats(connection)

    def _request(
        self,
        query_texts: str | Sequence[str],
        groups: Iterable[str],
        k: int,
        candidates: int | None,
        mode: Mode,
        language: str | None,
        vectors: Vectors | None,
    ) -> Request:
        texts = (query_texts,) if isinstance(query_texts, str) else tuple(query_texts)
        if mode != "lexical":
            vectors = np.atleast_2d(self.embed_queries(texts) if vectors is None else vectors)
        limit = max(k, candidates or self._settings.candidates)
        return Request(texts, vectors, frozenset(groups), limit, mode, language)


def _readable(groups: Iterable[str] | None) -> list[object]:
    return [] if groups is None else [documents.readable_by(groups)]
