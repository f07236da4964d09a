"""Google Chat."""

from typing import Any

from connectors.adapter import Adapter
from connectors.platforms.googlechat.settings import GoogleChatSettings
from connectors.registry import Platform


def _build(settings: Any) -> Adapter:
    from connectors.platforms.googlechat.adapter import build

    return build(settings)


def _fake() -> Any:
    from connectors.platforms.googlechat.fake import fake

    return fake()


def _manifest(name: str) -> str:
    from connectors.platforms.googlechat.manifest import manifest

    return manifest(name)


PLATFORM = Platform("googlechat", GoogleChatSettings, _build, _fake, _manifest)
