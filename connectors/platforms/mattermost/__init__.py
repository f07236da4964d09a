"""Mattermost."""

from typing import Any

from connectors.adapter import Adapter
from connectors.platforms.mattermost.settings import MattermostSettings
from connectors.registry import Platform


def _build(settings: Any) -> Adapter:
    from connectors.platforms.mattermost.adapter import build

    return build(settings)


def _fake() -> Any:
    from connectors.platforms.mattermost.fake import fake

    return fake()


def _manifest(name: str) -> str:
    from connectors.platforms.mattermost.manifest import manifest

    return manifest(name)


PLATFORM = Platform("mattermost", MattermostSettings, _build, _fake, _manifest)
