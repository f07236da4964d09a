"""A chat request passed on as it is to an OpenAI-compatible endpoint: read by a thread, or in the event loop.

Either way it has a connection of its own, so that closing the iterator ends what the model does.
"""

import json
import ssl
from collections.abc import AsyncGenerator, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx

from assistant.errors import GenerationFailed, InvalidRequest, ModelUnavailable
from assistant.models.completions import TIMEOUT
from assistant.models.endpoint import Endpoint

Chunk = Mapping[str, Any]
_PATIENCE = aiohttp.ClientTimeout(total=None, sock_connect=TIMEOUT.connect, sock_read=TIMEOUT.read)


def passed_on(endpoint: Endpoint, body: Mapping[str, Any]) -> Iterator[Chunk]:
    """One request: the whole answer, or its chunks. Raises ModelUnavailable, InvalidRequest and GenerationFailed."""
    transport = endpoint.transport() if endpoint.transport is not None else None
    try:
        with (
            httpx.Client(
                headers=_headers(endpoint), timeout=TIMEOUT, transport=transport, trust_env=not endpoint.local,
                verify=trusted(),
            ) as client,
            client.stream("POST", _address(endpoint), json=body) as response,
        ):  # fmt: skip
            if response.status_code >= 400:
                raise _refusal(endpoint, response.status_code, response.read())
            if not body.get("stream"):
                yield _read(endpoint, response.read())
                return
            for line in response.iter_lines():
                yield from _chunk(endpoint, line.encode())
    except httpx.HTTPError as error:
        raise _unavailable(endpoint, error) from error


async def passed_on_in_loop(endpoint: Endpoint, body: Mapping[str, Any]) -> AsyncGenerator[Chunk, None]:
    """The same for an endpoint elsewhere, in the event loop: no thread for it, and a third of the time a token."""
    address = _address(endpoint)
    try:
        async with (
            aiohttp.ClientSession(headers=_headers(endpoint), timeout=_PATIENCE, proxy=proxy_of(address)) as session,
            session.post(address, json=body, ssl=trusted(), allow_redirects=False) as response,
        ):
            if response.status >= 400:
                raise _refusal(endpoint, response.status, await response.read())
            if not body.get("stream"):
                yield _read(endpoint, await response.read())
                return
            rest = b""
            async for piece in response.content.iter_any():
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    for chunk in _chunk(endpoint, line):
                        yield chunk
            for chunk in _chunk(endpoint, rest):
                yield chunk
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _unavailable(endpoint, error) from error


@cache
def trusted() -> ssl.SSLContext:
    """Which certificates are believed. Reading them takes 40 ms of the processor, too much for every request."""
    return httpx.create_ssl_context()


def proxy_of(address: str) -> str | None:
    """The proxy that the environment names for an address, as httpx takes it; aiohttp would read .netrc as well."""
    asked, known = urlsplit(address), getproxies()
    found = known.get(asked.scheme) or known.get("all")
    if not found or proxy_bypass(asked.netloc):
        return None
    return found if "://" in found else f"http://{found}"


def _headers(endpoint: Endpoint) -> dict[str, str]:
    return {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}


def _address(endpoint: Endpoint) -> str:
    return f"{endpoint.base_url.rstrip('/')}/chat/completions"


def _chunk(endpoint: Endpoint, line: bytes) -> Iterator[Chunk]:
    """What a line of the stream has: a chunk, or nothing."""
    data = line.removeprefix(b"data:").strip()
    if line.startswith(b"data:") and data != b"[DONE]":
        yield _read(endpoint, data)


def _read(endpoint: Endpoint, text: bytes) -> Chunk:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or "error" in found:
        raise GenerationFailed(f"{endpoint.model} answered with something that is no completion. Try again.")
    return found


def _refusal(endpoint: Endpoint, status: int, content: bytes) -> Exception:
    """A request that the model's server finds wrong is its sender's; anything else is the server's."""
    told = content.decode("utf-8", "replace")[:500]
    if status in (400, 413, 422):
        return InvalidRequest(f"{endpoint.model} refuses the request: {told}")
    return GenerationFailed(f"{endpoint.model} answered {status}. The server's log may say more.")


def _unavailable(endpoint: Endpoint, error: Exception) -> ModelUnavailable:
    return ModelUnavailable(
        f"{endpoint.model} does not answer ({type(error).__name__}). Check that it runs, with `pilares doctor`."
    )
