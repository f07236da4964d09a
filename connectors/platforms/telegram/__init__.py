"""Telegram."""

from typing import Any

from connectors.adapter import Adapter
from connectors.platforms.telegram.settings import TelegramSettings
from connectors.registry import Platform


def _build(settings: Any) -> Adapter:
    from connectors.platforms.telegram.adapter import build

    return build(settings)


def _fake() -> Any:
    from connectors.platforms.telegram.fake import fake

    return fake()


def _manifest(_name: str) -> str:
    from connectors.platforms.telegram.manifest import MANIFEST

    return MANIFEST


PLATFORM = Platform("telegram", TelegramSettings, _build, _fake, _manifest)
