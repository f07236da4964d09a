"""A source in memory whose content a test changes, and what a test of syncing needs around it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from knowledge.errors import SourceError
from knowledge.library import Library
from knowledge.sources.config import SourceConfig
from knowledge.sources.source import Entry, Gap
from knowledge.sync.job import DocumentState, Job
from knowledge.sync.runner import Runner
from knowledge.sync.sources import Sources


@dataclass
class Held:
    """What the place holds: contents by name, which it may refuse to give, and parts it cannot list."""

    files: dict[str, bytes] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    broken: dict[str, Exception] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    error: Exception | None = None
    versioned: bool = True
    fetched: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0

    def put(self, name: str, text: str) -> None:
        self.files[name] = text.encode()


class HeldSource:
    """`Source` over a `Held`."""

    def __init__(self, held: Held) -> None:
        self._held = held
        held.opened += 1

    def entries(self) -> Iterator[Entry | Gap]:
        if self._held.error:
            raise self._held.error
        yield from self._held.gaps
        for name, data in self._held.files.items():
            version = sha256(data).hexdigest()[:12] if self._held.versioned else None
            yield replace(self._held.entries.get(name, Entry(name)), version=version)

    def fetch(self, entry: Entry) -> bytes:
        self._held.fetched.append(entry.name)
        if entry.name in self._held.broken:
            raise self._held.broken[entry.name]
        if entry.name not in self._held.files:
            raise SourceError(f"{entry.name} is gone.")
        return self._held.files[entry.name]

    def close(self) -> None:
        self._held.closed += 1


WIKI = SourceConfig(name="wiki", kind="held", groups=("everyone",))


class Desk:
    """Syncs the sources of a library and looks at what came of it."""

    def __init__(self, library: Library, held: Held, *configs: SourceConfig) -> None:
        self.library = library
        self.held = held
        self.changes = 0
        self.sources = Sources(library.workshop, configs or (WIKI,))
        self.runner = Runner(library.workshop, self.sources, lambda _: HeldSource(held), on_changed=self._changed)

    def sync(self, name: str = "wiki", *, whole: bool = False) -> Job:
        """One sync; what was fetched for it is in `held.fetched`."""
        self.held.fetched.clear()
        return self.runner.run(self.sources.sync(name, whole=whole).id)

    def states(self, job: Job) -> dict[str, DocumentState]:
        return {row.name: row.state for row in self.sources.documents(job.id)}

    def names(self) -> list[str]:
        return [document.name for document in self.library.documents()]

    def finds(self, word: str) -> list[str]:
        return [hit.document for hit in self.library.search(word, mode="lexical")]

    def _changed(self) -> None:
        self.changes += 1
