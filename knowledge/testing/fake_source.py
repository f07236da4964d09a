"""A `Source` in memory that does what a test tells it to."""

from collections.abc import Iterator
from hashlib import sha256

from knowledge.errors import SourceError
from knowledge.sources.names import distinct_names
from knowledge.sources.patterns import is_wanted
from knowledge.sources.source import Entry, Gap


class FakeSource:
    """Documents by name, in `documents`.

    `failure` is what listing and fetching raise; `broken` are the names that cannot be fetched; `gaps` are listed
    first; `versions` False is a source that cannot tell whether a document has changed. `fetched` are the names that
    were fetched, in order; `closed` counts how often it was closed.
    """

    def __init__(self, documents: dict[str, bytes] | None = None) -> None:
        self.documents = documents if documents is not None else {}
        self.failure: str | None = None
        self.broken: set[str] = set()
        self.gaps: list[Gap] = []
        self.versions = True
        self.groups: dict[str, frozenset[str]] = {}
        self.fetched: list[str] = []
        self.closed = 0

    def entries(self) -> Iterator[Entry | Gap]:
        """The gaps, then the documents by name."""
        self._check()
        yield from self.gaps
        for name, content in sorted(self._named().items()):
            version = sha256(content).hexdigest()[:32] if self.versions else None
            yield Entry(name, version, None, len(content), None, self.groups.get(name))

    def fetch(self, entry: Entry) -> bytes:
        """The document's bytes."""
        self._check()
        self.fetched.append(entry.name)
        if entry.name in self.broken:
            raise SourceError(f"{entry.name} cannot be read (as told).")
        documents = self._named()
        if entry.name not in documents:
            raise SourceError(f"{entry.name} is no longer there.")
        return documents[entry.name]

    def close(self) -> None:
        """Count it."""
        self.closed += 1

    def _check(self) -> None:
        if self.failure is not None:
            raise SourceError(self.failure)

    def _named(self) -> dict[str, bytes]:
        wanted = {raw: content for raw, content in self.documents.items() if is_wanted(raw, (), ())}
        return {name: wanted[raw] for raw, name in distinct_names(wanted).items()}
