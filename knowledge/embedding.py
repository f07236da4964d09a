"""The library's hold on its embedder: loaded when first needed, checked against the vectors on disk."""

from collections.abc import Callable
from threading import Lock
from typing import TypeGuard

from knowledge.embedder import Embedder
from knowledge.errors import EmbedderMismatch
from knowledge.store.database import Database, fact, set_fact

EmbedderSource = Embedder | Callable[[], Embedder]


def _is_embedder(source: EmbedderSource) -> TypeGuard[Embedder]:
    """A class may carry an embedder's attributes and is still what makes one."""
    return isinstance(source, Embedder) and not isinstance(source, type)


class Embedding:
    """Gives out the embedder; a zero-argument callable is called once, with the first need."""

    def __init__(self, source: EmbedderSource, database: Database) -> None:
        self._source = source
        self._database = database
        self._loaded: Embedder | None = source if _is_embedder(source) else None
        self._checked = False
        self._lock = Lock()

    @property
    def loaded(self) -> bool:
        """Whether the embedder is in memory."""
        return self._loaded is not None

    def get(self) -> Embedder:
        """The embedder; raises EmbedderMismatch when the vectors on disk come from another one."""
        embedder = self.unchecked()
        if not self._checked:
            with self._database.read() as connection:
                stored = fact(connection, "model_id")
            if stored not in (None, embedder.model_id):
                raise EmbedderMismatch(
                    f"The documents were indexed with the embedder {stored}, but {embedder.model_id} is configured. "
                    "Run `pilares documents reindex` to compute their vectors again, or configure the former embedder."
                )
            if stored is None:
                self.adopt()
            self._checked = True
        return embedder

    def unchecked(self) -> Embedder:
        """The embedder, whatever the vectors on disk come from."""
        with self._lock:
            if self._loaded is None:
                assert callable(self._source)
                self._loaded = self._source()
            return self._loaded

    def adopt(self) -> None:
        """Record that the vectors on disk come from this embedder from now on."""
        embedder = self.unchecked()
        with self._database.write() as connection:
            set_fact(connection, "model_id", embedder.model_id)
            set_fact(connection, "dimension", str(embedder.dimension))
        self._checked = True
