"""Asks for a sync when a source says by itself that something changed, as a folder does."""

import logging
from collections.abc import Iterator
from threading import Event, Thread
from typing import Protocol, runtime_checkable

from knowledge.errors import KnowledgeError
from knowledge.sources.config import SourceConfig
from knowledge.sync.sources import Sources
from knowledge.sync.workshop import OpenSource

_AGAIN_S = 60.0
_log = logging.getLogger(__name__)


@runtime_checkable
class Watched(Protocol):
    """A source that notices changes."""

    def changes(self, stop: Event) -> Iterator[None]:
        """One None after each burst of changes, until `stop` is set."""


class Watching:
    """One thread for each source that notices changes."""

    def __init__(self, sources: Sources, open_source: OpenSource) -> None:
        self._sources = sources
        self._open_source = open_source
        self._watched: dict[SourceConfig | str, tuple[Event, Thread | None]] = {}

    def follow(self) -> None:
        """Watch the sources there are now; called every second or so by the runner."""
        current = {config.model_dump_json(): config for config in self._sources.configs()}
        for key in [key for key in self._watched if key not in current]:
            self._watched.pop(key)[0].set()
        for key, config in current.items():
            if key not in self._watched:
                stop = Event()
                self._watched[key] = (stop, self._thread(config, stop))

    def close(self) -> None:
        """Stop watching."""
        for stop, _ in self._watched.values():
            stop.set()
        for _, thread in self._watched.values():
            if thread is not None:
                thread.join(timeout=5)

    def _thread(self, config: SourceConfig, stop: Event) -> Thread | None:
        try:
            source = self._open_source(config)
        except KnowledgeError:
            return None  # the sync says it, where it is seen
        if not isinstance(source, Watched):
            source.close()
            return None
        thread = Thread(target=self._watch, args=(config.name, source, stop), name=f"watch-{config.name}", daemon=True)
        thread.start()
        return thread

    def _watch(self, name: str, source: Watched, stop: Event) -> None:
        while not stop.is_set():
            try:
                for _ in source.changes(stop):
                    if stop.is_set():
                        return
                    self._sources.sync(name, "change")
            except KnowledgeError as error:
                _log.warning("%s cannot be watched: %s", name, error)
            except Exception:
                _log.exception("%s cannot be watched", name)
            stop.wait(_AGAIN_S)
