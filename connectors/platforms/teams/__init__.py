"""Microsoft Teams."""

from typing import Any

from connectors.adapter import Adapter
from connectors.platforms.teams.settings import TeamsSettings
from connectors.registry import Platform


def _build(settings: Any) -> Adapter:
    from connectors.platforms.teams.adapter import build

    return build(settings)


def _fake() -> Any:
    from connectors.platforms.teams.fake import fake

    return fake()


def _manifest(name: str) -> str:
    from connectors.platforms.teams.manifest import manifest

    return manifest(name)


PLATFORM = Platform("teams", TeamsSettings, _build, _fake, _manifest)
