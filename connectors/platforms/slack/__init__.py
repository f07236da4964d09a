"""Slack."""

from typing import Any

from connectors.adapter import Adapter
from connectors.platforms.slack.settings import SlackSettings
from connectors.registry import Platform


def _build(settings: Any) -> Adapter:
    from connectors.platforms.slack.adapter import build

    return build(settings)


def _fake() -> Any:
    from connectors.platforms.slack.fake import fake

    return fake()


def _manifest(name: str) -> str:
    from connectors.platforms.slack.manifest import manifest

    return manifest(name)


PLATFORM = Platform("slack", SlackSettings, _build, _fake, _manifest)
