"""A connector against the local server of its platform, with a scripted assistant behind it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from connectors.connector import Health
from connectors.connectors import Connectors
from connectors.core.clock import SECOND
from connectors.event import Place
from connectors.registry import platform
from connectors.testing.calling import called
from connectors.testing.fake import FakePlatform, Shown
from connectors.testing.scripted import ScriptedAssistant

PATIENCE_S = 30.0
LOOK_S = 0.01
FASTER = 0.1
"""What a second takes that is waited after a refusal."""
FAST = {"settle_s": 0.02, "pace_s": 0.0, "live_s": 0.02}


class Stage:
    """What a test has in its hands. `start` and `stop` restart the connector; the server and the tables stay."""

    def __init__(self, name: str, fake: FakePlatform, folder: Path) -> None:
        self.name = name
        self.fake = fake
        self.assistant = ScriptedAssistant()
        self.changed: dict[str, Any] = {}
        self._url = f"sqlite:///{folder / 'connectors.db'}"
        self._connectors: Connectors | None = None
        self._served = AsyncExitStack()

    async def start(self, **settings: Any) -> None:
        """Start the connector, with these settings from now on."""
        self.changed |= settings
        found = await asyncio.to_thread(platform, self.name)
        given = {"platform": self.name, "name": self.name, **FAST, **self.fake.settings, **self.changed}
        settings = {self.name: found.settings(**given)}
        self._connectors = await asyncio.to_thread(Connectors.open, settings, self._url, self.assistant)
        await self._connectors.__aenter__()
        await self._served.enter_async_context(called(self._connectors, self.name, self.fake))

    async def stop(self) -> None:
        """Stop it where it is."""
        if self._connectors is not None:
            connectors, self._connectors = self._connectors, None
            await self._served.aclose()
            await connectors.__aexit__(None, None, None)

    async def say(self, place: Place, markdown: str, key: str) -> None:
        """Post something that nobody asked for."""
        assert self._connectors is not None, "the connector is stopped"
        await self._connectors.say(self.name, place, markdown, key)

    async def health(self) -> Health:
        """How the connector is."""
        assert self._connectors is not None, "the connector is stopped"
        return (await self._connectors.health())[self.name]

    async def quiet(self, answered: int = 0) -> Sequence[Shown]:
        """The bot's messages, once everything is answered and sent and (at least) so many turns were asked for."""
        calm = 0
        async with asyncio.timeout(PATIENCE_S):
            while calm < 3:
                await asyncio.sleep(LOOK_S)
                if not self._idle() or len(self.assistant.turns) < answered:
                    calm = 0
                    continue
                health = await self.health()
                waits = (
                    health.inbox.get("waiting", 0) + health.outbox.get("waiting", 0) + health.outbox.get("sending", 0)
                )
                calm = calm + 1 if not waits and self._idle() else 0
        return self.fake.shown()

    async def come(self, events: int) -> None:
        """Wait until so many events have been stored, each counted once."""
        async with asyncio.timeout(PATIENCE_S):
            while sum((await self.health()).inbox.values()) < events:
                await asyncio.sleep(LOOK_S)

    async def ask(self, text: str, **where: Any) -> Sequence[Shown]:
        """Say something, and wait until it is done with."""
        before = sum((await self.health()).inbox.values())
        await self.fake.say(text, **where)
        await self.come(before + 1)
        return await self.quiet()

    def _idle(self) -> bool:
        return self._connectors is None or self._connectors.idle


@asynccontextmanager
async def staged(name: str, folder: Path, *, start: bool = True, **settings: Any) -> AsyncIterator[Stage]:
    """A stage whose connector has been started."""
    found, before = await asyncio.to_thread(platform, name), SECOND.set(FASTER)
    async with found.fake() as fake:
        stage = Stage(name, fake, folder)
        try:
            if start:
                await stage.start(**settings)
            yield stage
        finally:
            await stage.stop()
            SECOND.reset(before)
