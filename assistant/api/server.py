"""Running the application: the port, the signals, an orderly stop."""

import asyncio
import contextlib
import errno
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from assistant.api.running import RunningTurns
from assistant.errors import ConfigurationError
from assistant.settings import ServerSettings, Settings

DRAIN_S = 25.0
"""How long running answers may finish after the first signal to stop."""


def run(app: FastAPI, settings: Settings, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; running answers may finish. Returns when everything has ended.

    `ready` is called with the address once the server listens (default: it is printed).
    Raises ConfigurationError when the address cannot be used.
    """
    listener = bind(settings.server)
    address = address_of(listener, settings.server.host)
    # Its log goes where ours goes (`assistant.logs`). Addresses are not logged: they may have a one-time link in them.
    config = uvicorn.Config(
        app, log_config=None, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=3,
        server_header=False,
    )  # fmt: skip
    announce = ready or (lambda where: print(f"Pilares answers at {where}  (Ctrl+C stops it)", flush=True))  # noqa: T201
    try:
        _Server(config, app.state.turns, lambda: announce(address)).run(sockets=[listener])
    finally:
        listener.close()


def bind(server: ServerSettings) -> socket.socket:
    """A listening socket at the configured address. Raises ConfigurationError that says what to change."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            server.host, server.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ConfigurationError(
            f"The address server.host = {server.host!r} cannot be found: {error.strerror}. Use 127.0.0.1 for this "
            "computer only, or 0.0.0.0 for the network."
        ) from None
    listener = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # there it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConfigurationError(_unusable(server, error)) from None
    return listener


def _unusable(server: ServerSettings, error: OSError) -> str:
    place = f"{server.host}:{server.port}"
    if error.errno == errno.EADDRINUSE:
        other = server.port + 1 if server.port < 65_535 else 7860
        return (
            f"The address {place} is in use, perhaps by another Pilares. Stop that program, or choose another port: "
            f"`pilares serve --port {other}` (or server.port in pilares.toml)."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"The port of {place} needs more rights than this user has. Choose one above 1023 with --port."
    return f"The server cannot listen at {place}: {error.strerror}. Check server.host and server.port in pilares.toml."


def address_of(listener: socket.socket, host: str) -> str:
    """The address to open in a browser on this computer."""
    port = listener.getsockname()[1]
    shown = "localhost" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{shown}:{port}/"


class _Server(uvicorn.Server):
    """uvicorn, but answers in the making are finished first, and a signal ends in a return, not in a dead process."""

    def __init__(self, config: uvicorn.Config, turns: RunningTurns, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._turns = turns
        self._announce = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._turns.refuse_new()
        deadline = asyncio.get_running_loop().time() + DRAIN_S
        # A second signal (force_exit) ends the wait.
        while len(self._turns) and not self.force_exit and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)
        await asyncio.to_thread(self._turns.stop_all)
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Like uvicorn's, without raising the signal again afterwards: the caller still has things to close."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {kind: signal.signal(kind, self.handle_exit) for kind in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for kind, handler in previous.items():
                signal.signal(kind, handler)
