"""Protocols of lines (IMAP, SMTP) on loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[int]:
    """The port at which a server talks to whoever connects, until the block ends."""
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writers.discard(writer)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in list(writers):
            writer.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await server.wait_closed()


async def said(reader: asyncio.StreamReader) -> str:
    """The next line, without its end; empty when there is none any more."""
    return (await reader.readline()).decode(errors="replace").rstrip("\r\n")


async def say(writer: asyncio.StreamWriter, *lines: str | bytes) -> None:
    """Lines, each with its end."""
    writer.write(b"".join((line.encode() if isinstance(line, str) else line) + b"\r\n" for line in lines))
    await writer.drain()
