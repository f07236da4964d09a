"""Every kind of source there is. A new one is a file beside this one and an entry here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.errors import SourceError
from knowledge.sources.bridge import BridgeOptions, BridgeSource
from knowledge.sources.config import SourceConfig
from knowledge.sources.feed import FeedOptions, FeedSource
from knowledge.sources.folder import FolderOptions, FolderSource
from knowledge.sources.fsspec import FsspecOptions, FsspecSource
from knowledge.sources.git import GitOptions, GitSource
from knowledge.sources.imap import ImapOptions, ImapSource
from knowledge.sources.limits import SourceLimits
from knowledge.sources.options import SourceOptions, find_secrets, read_options
from knowledge.sources.source import Source
from knowledge.sources.sql import SqlOptions, SqlSource
from knowledge.sources.website import WebsiteOptions, WebsiteSource


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind can be told, and the class that reads it: called with name, options, secrets and limits.

    Who may read it by default, its options say (`SourceOptions.audience`), since that depends on them.
    """

    options: type[SourceOptions]
    open: Callable[..., Source]


KINDS: Mapping[str, Kind] = {
    "folder": Kind(FolderOptions, FolderSource),
    "website": Kind(WebsiteOptions, WebsiteSource),
    "git": Kind(GitOptions, GitSource),
    "fsspec": Kind(FsspecOptions, FsspecSource),
    "feed": Kind(FeedOptions, FeedSource),
    "imap": Kind(ImapOptions, ImapSource),
    "sql": Kind(SqlOptions, SqlSource),
    "bridge": Kind(BridgeOptions, BridgeSource),
}


def open_source(config: SourceConfig, limits: SourceLimits, environ: Mapping[str, str]) -> Source:
    """The source that a configuration describes; nothing is connected to yet.

    Raises SourceError when the kind is unknown, an option is wrong, or a variable that holds a credential is not set.
    """
    kind, options = _read(config)
    return kind.open(config.name, options, find_secrets(config.name, options.model_dump(), environ), limits)


def audience_of(config: SourceConfig) -> tuple[str, ...]:
    """Who may read what a source brings: whom the configuration names, else what its kind says. Raises SourceError."""
    return config.groups if config.groups is not None else _read(config)[1].audience()


def _read(config: SourceConfig) -> tuple[Kind, Any]:
    kind = KINDS.get(config.kind)
    if kind is None:
        raise SourceError(
            f"The source {config.name!r} is of the kind {config.kind!r}, which there is not. "
            f"There are {', '.join(KINDS)}."
        )
    return kind, read_options(config.name, kind.options, config.options)
