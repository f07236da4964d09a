"""Connections that go to checked addresses only and end when their time is up. Imported with the first request."""

import ssl
from collections.abc import Iterable
from time import monotonic
from typing import Any

import certifi
import httpcore

from knowledge.sources.addresses import AddressGuard


class Deadline:
    """When the request under way must be over."""

    def __init__(self) -> None:
        self._end = float("inf")

    def start(self, seconds: float) -> None:
        """From now on there are so many seconds."""
        self._end = monotonic() + seconds

    def within(self, timeout: float | None) -> float:
        """The timeout, or what is left if that is less; raises httpcore.ReadTimeout when nothing is."""
        left = self._end - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole request is up")
        return left if timeout is None else min(timeout, left)


class GuardedNetwork(httpcore.NetworkBackend):
    """Resolves, checks, and connects to the very address that was checked.

    TLS still names and verifies the host: that happens above this layer, with the host of the request.
    """

    def __init__(self, guard: AddressGuard, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address that answers."""
        failed: Exception = httpcore.ConnectError("no address")
        for address in self._guard.addresses(host.strip("[]"), port, self._deadline.within(timeout)):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.within(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failed


class _TimedStream(httpcore.NetworkStream):
    """Every read and write ends with the deadline, so that a byte a second does not keep a request alive."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(
            self._inner.start_tls(ssl_context, server_hostname, self._deadline.within(timeout)), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def verifying_tls() -> ssl.SSLContext:
    """Certificates are verified against the system's authorities, an organisation's own among them, and the public."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


FAILURES: tuple[type[Exception], ...] = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    OSError,
)
