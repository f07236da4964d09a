"""The HTTP client of adapters that have no library with one of its own."""

import ssl

import httpx

from connectors.errors import FileTooLarge, NotNow, NotPossible

TIMEOUT_S = 30.0


def client_for(address: str, **headers: str) -> httpx.AsyncClient:
    """A client for an API at this address; it follows no redirects. Where there is no TLS no certificate is trusted."""
    tls = address.startswith("https:")
    verify = True if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncClient(headers=headers, timeout=TIMEOUT_S, verify=verify, trust_env=tls)


async def fetched(client: httpx.AsyncClient, address: str, limit: int, **headers: str) -> bytes:
    """A file, read no further than `limit` bytes. Raises FileTooLarge, NotPossible and NotNow."""
    parts: list[bytes] = []
    size = 0
    try:
        async with client.stream("GET", address, headers=headers) as answer:
            if answer.status_code != httpx.codes.OK:
                gone = answer.is_client_error and answer.status_code != httpx.codes.TOO_MANY_REQUESTS
                raise (NotPossible if gone else NotNow)(f"A file was not given out ({answer.status_code}).")
            async for part in answer.aiter_bytes():
                size += len(part)
                if size > limit:
                    raise FileTooLarge(f"A file has more than {limit} bytes.")
                parts.append(part)
    except httpx.HTTPError as error:
        raise NotNow(f"A file could not be fetched ({type(error).__name__}).") from None
    return b"".join(parts)
