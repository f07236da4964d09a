"""Mattermost's socket. The library's own one logs every error and connects again for ever, without saying so."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from connectors.errors import ConnectionLost

HEARTBEAT_S = 20.0
"""A socket whose ping is not answered is dead, however open it looks."""
HELLO_S = 15.0
MOST_BYTES = 8 * 1024 * 1024


async def events(url: str, token: str) -> AsyncGenerator[dict[str, Any], None]:
    """The events of a socket, the first of them `hello`, until it is closed. Raises ConnectionLost, aiohttp's errors.

    Of an answer that is no JSON object nothing is given on.
    """
    import aiohttp

    address = f"{url.rstrip('/').replace('http', 'ws', 1)}/api/v4/websocket"
    challenge = {"seq": 1, "action": "authentication_challenge", "data": {"token": token}}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(address, heartbeat=HEARTBEAT_S, max_msg_size=MOST_BYTES) as socket,
    ):
        await socket.send_str(json.dumps(challenge))
        greeted = False
        while True:
            try:
                async with asyncio.timeout(None if greeted else HELLO_S):
                    message = await socket.receive()
            except TimeoutError:
                raise ConnectionLost("Mattermost did not greet us on the socket. It is tried again.") from None
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            event = json.loads(message.data)
            if isinstance(event, dict) and "event" in event:
                greeted = greeted or event["event"] == "hello"
                yield event
