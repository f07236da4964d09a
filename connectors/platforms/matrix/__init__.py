"""Matrix."""

from typing import Any

from connectors.adapter import Adapter
from connectors.platforms.matrix.settings import MatrixSettings
from connectors.registry import Platform


def _build(settings: Any) -> Adapter:
    from connectors.platforms.matrix.adapter import build

    return build(settings)


def _fake() -> Any:
    from connectors.platforms.matrix.fake import fake

    return fake()


def _manifest(name: str) -> str:
    from connectors.platforms.matrix.manifest import manifest

    return manifest(name)


PLATFORM = Platform("matrix", MatrixSettings, _build, _fake, _manifest)
