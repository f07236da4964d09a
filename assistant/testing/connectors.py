"""Connectors without platforms: their health is what a test sets."""

from dataclasses import replace
from typing import Self

from connectors.adapter import Delivery, Receipt
from connectors.connector import Health
from connectors.errors import ConnectorMisconfigured
from connectors.store.links import Link


class ScriptedConnectors:
    """As much of `connectors.connectors.Connectors` as an application needs. Pauses change what is shown."""

    def __init__(self, **found: Health) -> None:
        self.found = found

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    @property
    def names(self) -> list[str]:
        """Those that are enabled."""
        return list(self.found)

    async def health(self) -> dict[str, Health]:
        """How each is."""
        return dict(self.found)

    async def pause(self, name: str, *, on: bool) -> None:
        """Let one answer and send nothing, or go on."""
        health = self.found[name]
        link = replace(health.link or Link(name, "connected", 0.0), paused=on)
        self.found[name] = replace(health, link=link)

    async def deliver(self, name: str, delivery: Delivery) -> Receipt:
        """There is nowhere to deliver to."""
        raise ConnectorMisconfigured(f"There is no connector {name!r}.")
