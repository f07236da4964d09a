"""The vectors of single sentences.

A search finds passages by one vector each; which of their sentences answers is a finer question, and needs a vector per
sentence. They are computed in the background after documents come in, kept in a file of their own (a cache: it can be
deleted at any time), and for the best few passages also at the moment they are first needed.
"""

import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from assistant.grounding.context import in_context
from knowledge.embedder import Embedder, Vectors
from knowledge.passage import Passage, Sentence
from knowledge.store.wal import write_ahead

# Passages in memory; at six sentences each about 45 MB.
IN_MEMORY = 5_000
_PRIMARY = 0xFF
_OUT_OF_REACH = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
}  # fmt: skip
log = logging.getLogger(__name__)


class SentenceVectors:
    """Vectors of the sentences of passages by chunk id. Safe to share between threads.

    A chunk id changes with the chunk's content, so a stale vector is never found again. Without a `file` everything is
    kept in memory only.
    """

    def __init__(self, embedder: Embedder, file: Path | None = None) -> None:
        self._embedder = embedder
        self.model_id = embedder.model_id
        self._lock = Lock()
        self._memory: OrderedDict[str, Vectors] = OrderedDict()
        self._file = _opened(file, embedder.model_id)

    def of_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, to be compared with those of sentences: shape (number of texts, dimension)."""
        return self._embedder.embed_queries(texts)

    def of_statements(self, texts: Sequence[str]) -> Vectors:
        """Vectors of sentences that stand in no document, such as those of an answer."""
        return self._embedder.embed_passages(texts)

    def of(self, passage: Passage) -> Vectors:
        """Vectors of the sentences of one passage, shape (number of sentences, dimension); computed if need be."""
        return self.known([passage], compute=1)[passage.chunk_id]

    def of_sentence(self, passage: Passage, sentence: Sentence) -> Vectors:
        """The vector of one sentence of a passage, shape (dimension,)."""
        return np.asarray(self.of(passage)[passage.sentences.index(sentence)], dtype=np.float32)

    def known(self, passages: Sequence[Passage], *, compute: int) -> dict[str, Vectors]:
        """The vectors that are there, by chunk id, after computing those of the first `compute` missing passages."""
        found = self._read([passage.chunk_id for passage in passages])
        for passage in passages:  # cut into sentences by an earlier version of the rules
            if len(found.get(passage.chunk_id, passage.sentences)) != len(passage.sentences):
                del found[passage.chunk_id]
        missing = [passage for passage in passages if passage.chunk_id not in found and passage.sentences][:compute]
        if missing:
            computed = self._compute(missing)
            self._write(computed)
            found |= computed
        self._remember(found)
        return found

    def keep_only(self, chunk_ids: Iterable[str]) -> None:
        """Forget all but these chunks: what was deleted from the documents must not live on here."""
        wanted = set(chunk_ids)
        with self._lock:
            stored = {row[0] for row in self._file.execute("SELECT chunk FROM sentences")}
            self._file.executemany("DELETE FROM sentences WHERE chunk = ?", [(each,) for each in stored - wanted])
            self._file.commit()
            for each in [key for key in self._memory if key not in wanted]:
                del self._memory[each]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def _compute(self, passages: Sequence[Passage]) -> dict[str, Vectors]:
        texts = [in_context(passage, sentence) for passage in passages for sentence in passage.sentences]
        vectors = self._embedder.embed_passages(texts)
        ends = np.cumsum([len(passage.sentences) for passage in passages])
        pieces = np.split(vectors, ends[:-1])
        return {passage.chunk_id: piece for passage, piece in zip(passages, pieces, strict=True)}

    def _read(self, ids: Sequence[str]) -> dict[str, Vectors]:
        with self._lock:
            found = {each: self._memory[each] for each in ids if each in self._memory}
            for each in ids:
                if each not in found:
                    row = self._file.execute("SELECT vectors FROM sentences WHERE chunk = ?", (each,)).fetchone()
                    if row is not None:
                        found[each] = _from_blob(row[0], self._embedder.dimension)
        return found

    def _write(self, computed: dict[str, Vectors]) -> None:
        rows = [(chunk, vectors.astype(np.float16).tobytes()) for chunk, vectors in computed.items()]
        with self._lock:
            try:
                self._file.executemany("INSERT OR REPLACE INTO sentences VALUES (?, ?)", rows)
                self._file.commit()
            except sqlite3.OperationalError:  # disk full: the vectors serve this search and are computed again
                self._file.rollback()

    def _remember(self, used: dict[str, Vectors]) -> None:
        with self._lock:
            for chunk, vectors in used.items():
                self._memory[chunk] = vectors
                self._memory.move_to_end(chunk)
            while len(self._memory) > IN_MEMORY:
                self._memory.popitem(last=False)


def _opened(file: Path | None, model_id: str) -> sqlite3.Connection:
    """The cache file, emptied when it is of another embedder, replaced when it is damaged.

    Memory takes its place where it can be neither used nor replaced: another process holds it, or the disk is full.
    """
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _prepared(file, model_id)
    except sqlite3.DatabaseError as error:
        if file is None:
            raise
        if getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _OUT_OF_REACH:
            log.warning("%s cannot be used, its vectors are computed again and kept in memory: %s", file, error)
            return _prepared(None, model_id)
        file.unlink(missing_ok=True)
        return _prepared(file, model_id)


def _prepared(file: Path | None, model_id: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file or ":memory:", check_same_thread=False)
    try:
        return _filled(connection, model_id)
    except sqlite3.DatabaseError:
        connection.close()
        raise


def _filled(connection: sqlite3.Connection, model_id: str) -> sqlite3.Connection:
    write_ahead(connection)
    connection.execute(
        "CREATE TABLE IF NOT EXISTS sentences (chunk TEXT PRIMARY KEY, vectors BLOB NOT NULL) WITHOUT ROWID"
    )
    connection.execute("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    row = connection.execute("SELECT value FROM facts WHERE name = 'model_id'").fetchone()
    if row is not None and row[0] != model_id:
        connection.execute("DELETE FROM sentences")
    connection.execute("INSERT OR REPLACE INTO facts VALUES ('model_id', ?)", (model_id,))
    connection.commit()
    return connection


def _from_blob(blob: bytes, dimension: int) -> Vectors:
    return np.frombuffer(blob, dtype=np.float16).astype(np.float32).reshape(-1, dimension)
