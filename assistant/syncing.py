"""The sources of an installation, and who keeps documents in step with them."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.settings import Settings, environment
from knowledge.library import Library
from knowledge.sources.config import SourceConfig
from knowledge.sources.source import Source
from knowledge.sync.runner import Runner
from knowledge.sync.sources import Sources
from knowledge.sync.workshop import AudienceOf


@dataclass(frozen=True, slots=True)
class Syncing:
    """`sources` takes orders, `runner` carries them out; `audience_of` tells who may read what a source brings."""

    sources: Sources
    runner: Runner
    audience_of: AudienceOf


def build_syncing(settings: Settings, library: Library) -> Syncing:
    """The sources of `pilares.toml` and those added at run time; nothing runs yet."""
    opener = Opener(settings)
    sources = Sources(library.workshop, settings.knowledge.sources, opener.audience_of)
    return Syncing(sources, Runner(library.workshop, sources, opener.open, opener.audience_of), opener.audience_of)


class Opener:
    """Opens sources of every kind within the limits of the settings. The kinds are imported with the first need."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def open(self, config: SourceConfig) -> Source:
        """The source a configuration describes. Raises SourceError."""
        from knowledge.sources.kinds import open_source
        from knowledge.sources.limits import SourceLimits

        limits = SourceLimits(
            max_file_bytes=self._settings.knowledge.max_file_bytes,
            cache_folder=self._settings.home / "cache" / "sources",
        )
        source: Source = open_source(config, limits, environment())
        return source

    def audience_of(self, config: SourceConfig) -> Iterable[str]:
        """Who may read what it brings, by the configuration or by its kind. Raises SourceError."""
        from knowledge.sources.kinds import audience_of

        audience: Iterable[str] = audience_of(config)
        return audience
