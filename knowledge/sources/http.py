"""Fetches one address at a time from servers that are not trusted."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.errors import SourceError
from knowledge.sources.addresses import AddressGuard
from knowledge.sources.limits import SourceLimits

if TYPE_CHECKING:
    import ssl

    import httpx

_REDIRECTS = 5
_MEDIA = ("image", "audio", "video", "font")  # never documents: their bodies are not read
_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: the address it came from in the end, its status, its headers by lower-case name, its body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type without its parameters, "" when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class HttpClient:
    """GET over http and https, within bounds.

    Each hop's host is resolved, its addresses checked and the connection made to what was checked; redirects are
    followed at most five times, never to another scheme than http and https, never from https back to http. Bodies are
    bounded as they arrive and as they unpack, and the whole has a deadline. Proxies and credentials of the environment
    are not used, and no cookies are kept.
    """

    def __init__(
        self, agent: str, limits: SourceLimits, guard: AddressGuard | None = None, tls: "ssl.SSLContext | None" = None
    ) -> None:
        self._agent = agent
        self._limits = limits
        self._guard = guard or AddressGuard()
        self._tls = tls
        self._pools: dict[str, Any] = {}
        self._deadline: Any = None

    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        may_follow: Callable[[str], bool] = lambda url: True,
    ) -> Fetched:
        """The answer, whatever its status; raises SourceError when there is none or it breaks the bounds.

        A redirect is followed where `may_follow` allows its target; otherwise the answer is the redirect itself.
        """
        current = _address(url)
        self._open_pool(current.scheme)
        self._deadline.start(self._limits.total_seconds)
        for _ in range(_REDIRECTS + 1):
            answer = self._ask(self._open_pool(current.scheme), current, headers or {})
            if answer.status not in _MOVED or "location" not in answer.headers:
                return answer
            target = _redirected(current, answer.headers["location"])
            if not may_follow(str(target)):
                return answer
            current = target
        raise SourceError(f"{url} leads on and on (more than {_REDIRECTS} redirects). Check the address in a browser.")

    def close(self) -> None:
        """Close the connections."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def _open_pool(self, scheme: str) -> Any:
        if scheme not in self._pools:
            import httpcore

            from knowledge.sources.network import Deadline, GuardedNetwork, verifying_tls

            self._deadline = self._deadline or Deadline()
            self._pools[scheme] = httpcore.ConnectionPool(
                # Loading the authorities takes half a second: only for those who need them.
                ssl_context=(self._tls or verifying_tls()) if scheme == "https" else None,
                network_backend=GuardedNetwork(self._guard, self._deadline),
                max_connections=2,
                keepalive_expiry=10,
            )
        return self._pools[scheme]

    def _ask(self, pool: Any, url: "httpx.URL", headers: Mapping[str, str]) -> Fetched:
        import httpcore

        from knowledge.sources.network import FAILURES

        sent = {"Host": url.netloc.decode("ascii"), "User-Agent": self._agent, "Accept-Encoding": "gzip", **headers}
        waits = {"connect": self._limits.connect_seconds, "read": self._limits.read_seconds}
        waits |= {"write": self._limits.read_seconds, "pool": self._limits.connect_seconds}
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        try:
            with pool.stream("GET", target, headers=list(sent.items()), extensions={"timeout": waits}) as response:
                answered = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                media = answered.get("content-type", "").partition("/")[0].lower() in _MEDIA
                body = b"" if media else _body(str(url), response.iter_stream(), answered, self._limits.max_file_bytes)
                return Fetched(str(url), response.status, answered, body)
        except FAILURES as error:
            reason = " ".join(str(error).split())[:150] or _in_words(error)
            raise SourceError(f"{url} cannot be fetched ({reason}). It is tried again at the next look.") from error


def _in_words(error: Exception) -> str:
    return "it took too long" if "Timeout" in type(error).__name__ else type(error).__name__


def _address(url: str) -> "httpx.URL":
    """One parser for every check and for the request itself; raises SourceError."""
    import httpx

    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise SourceError(f"{url[:200]!r} is not an address.") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise SourceError(f"{url[:200]!r} is not an http or https address; nothing else is fetched.")
    if parsed.userinfo:
        raise SourceError(f"The address at {parsed.host} holds a user name; such addresses are not fetched.")
    return parsed.copy_with(fragment=None)


def _redirected(current: "httpx.URL", location: str) -> "httpx.URL":
    import httpx

    try:
        target = _address(str(current.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise SourceError(f"{current} leads to something that is not an address.") from error
    if current.scheme == "https" and target.scheme == "http":
        raise SourceError(f"{current} leads to an unencrypted address, which is not followed.")
    return target


def _body(url: str, stream: Iterable[bytes], headers: Mapping[str, str], max_bytes: int) -> bytes:
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise SourceError(f"{url} is packed as {coding[:40]!r}, which was not asked for.")
    packed = coding not in ("identity", "")
    too_large = SourceError(f"{url} is larger than the {max_bytes:,} bytes that are allowed.")
    if headers.get("content-length", "").isdigit() and int(headers["content-length"]) > max_bytes:
        raise too_large
    unpacker = zlib.decompressobj(wbits=47)
    body = bytearray()
    try:
        for chunk in stream:
            body += unpacker.decompress(chunk, max_bytes + 1 - len(body)) if packed else chunk
            if len(body) > max_bytes:
                raise too_large
    except zlib.error as error:
        raise SourceError(f"{url} cannot be unpacked.") from error
    if packed and body and not unpacker.eof:
        raise SourceError(f"{url} ended before it was whole.")
    return bytes(body)
