"""WhatsApp."""

from typing import Any

from connectors.adapter import Adapter
from connectors.platforms.whatsapp.settings import WhatsAppSettings
from connectors.registry import Platform


def _build(settings: Any) -> Adapter:
    from connectors.platforms.whatsapp.adapter import build

    return build(settings)


def _fake() -> Any:
    from connectors.platforms.whatsapp.fake import fake

    return fake()


def _manifest(name: str) -> str:
    from connectors.platforms.whatsapp.manifest import manifest

    return manifest(name)


PLATFORM = Platform("whatsapp", WhatsAppSettings, _build, _fake, _manifest)
