"""What can go wrong with documents.

    KnowledgeError
    ├── SourceError           the path or file cannot be read at all (missing, no rights, outside the folder)
    ├── ParseError            the file was read, its content was refused or could not be understood
    │   ├── ReaderStopped     reading it took too long or too much memory; another time it may succeed
    │   ├── OnlyScans         its pages are pictures, which nothing reads that is installed; another time it may succeed
    │   └── ScansWait         its pages are pictures, which take long to read: ask again when nothing else is to be read
    ├── StoreLocked           another process owns this knowledge folder
    ├── StoreError            the store cannot be opened or written (disk full, damaged)
    │   └── IndexUnreachable  the server that holds the vector index does not answer
    ├── EmbedderMismatch      the index was built with another embedder
    ├── RerankerUnavailable   the configured reranker cannot be loaded
    ├── DocumentNotFound      no such document, or none this reader may see
    ├── SourceNotFound        no source of this name is configured
    └── JobNotFound           no such job, or one so old that it is forgotten

Each message says what happened, why, and what to do next; it can be shown to a person as it is.
"""


class KnowledgeError(Exception):
    """Base of everything this package raises on purpose."""


class SourceError(KnowledgeError):
    """A path that cannot be read."""


class ParseError(KnowledgeError):
    """A file whose content was refused or not understood."""


class ReaderStopped(ParseError):
    """Reading a file was given up for lack of time or memory."""


class OnlyScans(ParseError):
    """A file whose pages are pictures, `scans` of them, while there is no text recognition."""

    def __init__(self, sentence: str, scans: int = 0) -> None:
        super().__init__(sentence)
        self.scans = scans


class ScansWait(ParseError):
    """A file with pages that text recognition would read, while it was not to be waited for."""


class StoreLocked(KnowledgeError):
    """The knowledge folder belongs to another running process."""


class StoreError(KnowledgeError):
    """The store cannot be opened or written."""


class IndexUnreachable(StoreError):
    """The server that holds the vector index does not answer; what it holds may well be in order."""


class EmbedderMismatch(KnowledgeError):
    """The vectors on disk come from another embedder than the one configured."""


class RerankerUnavailable(KnowledgeError):
    """The model that ranks hits again is not there or cannot be read."""


class DocumentNotFound(KnowledgeError):
    """No such document for this reader."""


class SourceNotFound(KnowledgeError):
    """No source of this name."""


class JobNotFound(KnowledgeError):
    """No job of this number."""
