"""Chatwoot."""

from typing import Any

from connectors.adapter import Adapter
from connectors.platforms.chatwoot.settings import ChatwootSettings
from connectors.registry import Platform


def _build(settings: Any) -> Adapter:
    from connectors.platforms.chatwoot.adapter import build

    return build(settings)


def _fake() -> Any:
    from connectors.platforms.chatwoot.fake import fake

    return fake()


def _manifest(name: str) -> str:
    from connectors.platforms.chatwoot.manifest import manifest

    return manifest(name)


PLATFORM = Platform("chatwoot", ChatwootSettings, _build, _fake, _manifest)
