"""When so much is gone at once that something else is likelier than that somebody deleted it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from knowledge.ingest.discover import FoundFile
from knowledge.store.documents import Known

Key = tuple[str, str]
_MANY = 10


def is_suspicious(gone: int, listed: int, before: int) -> bool:
    """Whether a place that held `before` documents and lists `listed` is not to be believed that `gone` are gone.

    A disk that is not mounted, a bucket with another prefix and a table that was just emptied hold next to nothing.
    What was moved or replaced, however much of it, leaves about as many documents as there were.
    """
    return gone >= _MANY and 2 * listed < before


class Losses:
    """Compares what each folder of an ingest holds with what it held."""

    def __init__(self, files: Iterable[FoundFile], missing: Iterable[Key], known: Mapping[Key, Known]) -> None:
        present = {(file.source, file.name): file.root for file in files}
        looked_for = {*missing, *present}
        self._listed = Counter(present.values())
        self._before = Counter(each.root for key, each in known.items() if key in looked_for)

    def not_believed(self, gone: Iterable[Known]) -> dict[str, str]:
        """The folders whose loss is not believed, each with the sentence that says so."""
        lost = Counter(each.root for each in gone)
        return {
            root: f"{root} holds {self._listed[root] or 'no'} documents where there were {self._before[root]}, so the "
            f"{count} that are missing stay. Look whether the folder is whole (a disk that is not mounted); if they "
            "are gone for good, add it again with `--forget-gone`."
            for root, count in lost.items()
            if root is not None and is_suspicious(count, self._listed[root], self._before[root])
        }
