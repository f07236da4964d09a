"""E-mail."""

from typing import Any

from connectors.adapter import Adapter
from connectors.platforms.email.settings import EmailSettings
from connectors.registry import Platform


def _build(settings: Any) -> Adapter:
    from connectors.platforms.email.adapter import build

    return build(settings)


def _fake() -> Any:
    from connectors.platforms.email.fake import fake

    return fake()


def _manifest(name: str) -> str:
    from connectors.platforms.email.manifest import manifest

    return manifest(name)


PLATFORM = Platform("email", EmailSettings, _build, _fake, _manifest)
