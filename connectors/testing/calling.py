"""Platforms that call the bot: where their local server delivers, and how it repeats, delays and breaks off."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from connectors.client import client_for
from connectors.testing.fake import Faults
from connectors.testing.serving import served

if TYPE_CHECKING:
    from connectors.connectors import Connectors

Sign = Callable[[bytes], Mapping[str, str]]
"""The headers of a delivery with this body; those of a forged one, where the fault says so."""
LOOK_EVERY_S = 0.05


@runtime_checkable
class Calling(Protocol):
    """A local server whose platform delivers to an address of the bot."""

    def call(self, address: str) -> None:
        """Deliver to this address from now on; to none when it is empty."""


@asynccontextmanager
async def called(connectors: "Connectors", name: str, fake: object) -> AsyncIterator[None]:
    """Serve `/connectors/NAME` to a platform that calls, until the block ends; nothing for one that does not."""
    if not isinstance(fake, Calling):
        yield
        return
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from connectors.webhook import Webhooks

    async with served(Starlette(routes=[Mount("/connectors", Webhooks(connectors))])) as address:
        fake.call(f"{address}/connectors/{name}")
        try:
            yield
        finally:
            fake.call("")


class Deliveries:
    """Events on their way to the bot. What cannot be delivered is kept, and comes with `again`."""

    def __init__(self, faults: Faults, sign: Sign) -> None:
        self.statuses: list[int] = []
        self.address = ""
        self._faults = faults
        self._sign = sign
        self._events: list[bytes] = []
        self._held: list[bytes] = []
        self._client = client_for("http:")
        self._cutting = asyncio.create_task(self._cut())

    async def deliver(self, event: Mapping[str, Any]) -> None:
        """Deliver an event, and what was held back before it."""
        body = json.dumps(event).encode()
        self._events.append(body)
        if self._faults.take("reorder"):
            self._held.append(body)
            return
        copies = [body, body] if self._faults.take("duplicate") else [body]
        await asyncio.gather(*map(self._post, copies))
        held, self._held = self._held, []
        for each in held:
            await self._post(each)

    async def again(self) -> None:
        """Deliver everything once more."""
        for body in self._events:
            await self._post(body)

    async def close(self) -> None:
        """Deliver nothing any more."""
        self._cutting.cancel()
        await self._client.aclose()

    async def _post(self, body: bytes) -> None:
        import httpx

        if self.address:
            headers = {"content-type": "application/json", **self._sign(body)}
            with contextlib.suppress(httpx.TransportError):
                self.statuses.append((await self._client.post(self.address, content=body, headers=headers)).status_code)

    async def _cut(self) -> None:
        """Begin a delivery, and close the connection in the middle of it, when the fault says so."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if self.address and self._faults.take("drop"):
                where = urlsplit(self.address)
                _, writer = await asyncio.open_connection(where.hostname, where.port)
                writer.write(f"POST {where.path} HTTP/1.1\r\nhost: bot\r\ncontent-length: 100\r\n\r\n{{".encode())
                await writer.drain()
                writer.close()
