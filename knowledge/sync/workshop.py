"""What a sync works with: the parts of a library that take documents in."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from knowledge.ingest.intake import Intake
from knowledge.parse.sandbox import DocumentReader
from knowledge.settings import KnowledgeSettings
from knowledge.sources.config import SourceConfig
from knowledge.sources.source import Source
from knowledge.store.database import Database

OpenSource = Callable[[SourceConfig], Source]
AudienceOf = Callable[[SourceConfig], Iterable[str]]
"""Who may read the documents of a source that does not say it itself. Raises SourceError for a wrong configuration."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """`writing` is held while the store is written; `between` may wait for what is more urgent."""

    database: Database
    intake: Intake
    reader: DocumentReader
    settings: KnowledgeSettings
    writing: AbstractContextManager[object]
    between: Callable[[], None]


def named_only(config: SourceConfig) -> Iterable[str]:
    """The groups that the configuration names; nobody without."""
    return config.groups or ()
