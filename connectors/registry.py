"""Which platforms there are: every module of `connectors.platforms` that has a `PLATFORM`."""

import pkgutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from connectors.adapter import Adapter
from connectors.errors import ConnectorMisconfigured
from connectors.settings import ConnectorSettings
from connectors.testing.fake import FakePlatform

Fake = Callable[[], AbstractAsyncContextManager[FakePlatform]]


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform. `build` makes its adapter (the library is imported there), `fake` a local server that plays it.

    `manifest` writes what an operator gives the platform to set a bot up.
    """

    name: str
    settings: type[ConnectorSettings]
    build: Callable[[Any], Adapter]
    fake: Fake
    manifest: Callable[[str], str]


def known() -> list[str]:
    """The names of all platforms; nothing is imported for it."""
    from connectors import platforms

    return sorted(each.name for each in pkgutil.iter_modules(platforms.__path__) if not each.name.startswith("_"))


def platform(name: str) -> Platform:
    """A platform by its name. Raises ConnectorMisconfigured."""
    if name not in known():
        raise ConnectorMisconfigured(f"There is no platform {name!r}. There are {', '.join(known())}.")
    found = import_module(f"connectors.platforms.{name}").PLATFORM
    if not isinstance(found, Platform):
        raise TypeError(f"PLATFORM of connectors.platforms.{name} is no Platform")
    return found
