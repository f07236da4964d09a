"""Discord."""

from typing import Any

from connectors.adapter import Adapter
from connectors.platforms.discord.settings import DiscordSettings
from connectors.registry import Platform


def _build(settings: Any) -> Adapter:
    from connectors.platforms.discord.adapter import build

    return build(settings)


def _fake() -> Any:
    from connectors.platforms.discord.fake import fake

    return fake()


def _manifest(_name: str) -> str:
    from connectors.platforms.discord.manifest import MANIFEST

    return MANIFEST


PLATFORM = Platform("discord", DiscordSettings, _build, _fake, _manifest)
