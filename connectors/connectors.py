"""All connectors of an installation."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Self

from connectors.adapter import Delivery, Receipt
from connectors.answering import Assistant
from connectors.connector import Connector, Health
from connectors.errors import ConnectorError, ConnectorMisconfigured
from connectors.event import Place
from connectors.registry import platform
from connectors.settings import ConnectorSettings
from connectors.store.journal import Journal

log = logging.getLogger(__name__)


class Connectors:
    """Started and stopped together, around one journal; an asynchronous context manager."""

    def __init__(self, connectors: Mapping[str, Connector], journal: Journal) -> None:
        self._connectors = dict(connectors)
        self._journal = journal

    @classmethod
    def open(cls, settings: Mapping[str, ConnectorSettings], url: str, assistant: Assistant) -> "Connectors":
        """Build every connector that is enabled. Raises ConnectorMisconfigured and LibraryMissing.

        Nothing is connected yet. `url` is the database's: sqlite:///PATH or postgresql+psycopg://...
        """
        adapters = {}
        for name, each in settings.items():
            if each.enabled:
                check(name, each)
                adapters[name] = platform(each.platform).build(each)
        journal = Journal(url)
        return cls(
            {name: Connector(name, settings[name], found, journal, assistant) for name, found in adapters.items()},
            journal,
        )

    async def __aenter__(self) -> Self:
        for connector in self._connectors.values():
            await connector.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for connector in self._connectors.values():
            try:
                await connector.stop()
            except ConnectorError as error:
                log.error("%s did not stop cleanly: %s", connector.name, error)
        await asyncio.to_thread(self._journal.close)

    @property
    def names(self) -> list[str]:
        """Those that are enabled."""
        return list(self._connectors)

    @property
    def idle(self) -> bool:
        """Whether nothing is being answered or sent."""
        return all(connector.idle for connector in self._connectors.values())

    async def deliver(self, name: str, delivery: Delivery) -> Receipt:
        """Take a webhook for a connector. Raises DeliveryRefused, and ConnectorMisconfigured when there is none."""
        return await self._found(name).deliver(delivery)

    async def say(self, name: str, place: Place, markdown: str, key: str) -> None:
        """Post something that nobody asked for, once for each `key`.

        Raises ConnectorMisconfigured, and NotPossible where that may not be.
        """
        await self._found(name).say(place, markdown, key)

    async def pause(self, name: str, *, on: bool) -> None:
        """Let a connector answer and send nothing, or go on. Raises ConnectorMisconfigured."""
        await self._found(name).pause(on=on)

    async def health(self) -> dict[str, Health]:
        """How each is."""
        return {name: await connector.health() for name, connector in self._connectors.items()}

    def _found(self, name: str) -> Connector:
        if name not in self._connectors:
            raise ConnectorMisconfigured(f"There is no connector {name!r}. Add it to pilares.toml.")
        return self._connectors[name]


def check(name: str, settings: ConnectorSettings) -> None:
    """Raises ConnectorMisconfigured for a connector to which nobody may talk."""
    if not settings.people:
        raise ConnectorMisconfigured(
            f'Nobody may talk to the connector {name} yet. Set people = ["*"] under [connectors.{name}] in '
            "pilares.toml for everybody who can reach it, or name people by their ids."
        )
