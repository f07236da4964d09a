"""The HTTP client of adapters that have no library with one of its own."""

import ssl

import httpx

TIMEOUT_S = 30.0


def client_for(address: str, **headers: str) -> httpx.AsyncClient:
    """A client for an API at this address; it follows no redirects. Where there is no TLS no certificate is trusted."""
    tls = address.startswith("https:")
    verify = True if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncClient(headers=headers, timeout=TIMEOUT_S, verify=verify, trust_env=tls)
