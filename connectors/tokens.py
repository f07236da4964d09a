"""Signed bearer tokens (JWT, RS256) of platforms that publish their keys."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.client import client_for
from connectors.errors import DeliveryRefused

if TYPE_CHECKING:
    import httpx

LEEWAY_S = 300
KEEP_S = 24 * 3600.0
ASK_AGAIN_S = 60.0
"""A token that names an unknown key has the keys fetched again, but no more often than this."""
LONGEST = 16 * 1024


@dataclass(frozen=True, slots=True)
class Verified:
    """What a token says, and the published key (JWK) that it is signed with."""

    claims: Mapping[str, Any]
    key: Mapping[str, Any]


class BearerTokens:
    """Verifies the tokens of one issuer for one audience."""

    def __init__(self, issuer: str, audience: str, keys_url: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._url = keys_url
        self._client: httpx.AsyncClient | None = None
        self._keys: dict[str, Mapping[str, Any]] = {}
        self._fetched = -KEEP_S
        self._asked = -ASK_AGAIN_S
        self._asking = asyncio.Lock()

    async def verified(self, headers: Mapping[str, str]) -> Verified:
        """What the token in `Authorization` says. Raises DeliveryRefused; 503 when the keys cannot be fetched."""
        import jwt

        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token or len(token) > LONGEST:
            raise DeliveryRefused("no bearer token")
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            claims = jwt.decode(
                token, jwt.PyJWK(dict(key), "RS256"), ["RS256"], {"require": ["exp", "iss", "aud"]},
                audience=self._audience, issuer=self._issuer, leeway=LEEWAY_S,
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise DeliveryRefused(f"a bearer token that is not valid ({type(error).__name__})") from None
        return Verified(claims, key)

    async def close(self) -> None:
        """Close the connection to where the keys are."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _key(self, name: str) -> Mapping[str, Any]:
        async with self._asking:
            moment = time.monotonic()
            old = moment - self._fetched > KEEP_S
            if (old or name not in self._keys) and moment - self._asked >= ASK_AGAIN_S:
                self._asked = moment
                try:
                    self._keys, self._fetched = await self._fetch(), moment
                except DeliveryRefused:
                    self._asked = moment - ASK_AGAIN_S
                    if name not in self._keys:
                        raise
        if name not in self._keys:
            raise DeliveryRefused("a bearer token signed with a key that is not published")
        return self._keys[name]

    async def _fetch(self) -> dict[str, Mapping[str, Any]]:
        import httpx

        self._client = self._client or client_for(self._url)
        try:
            answer = await self._client.get(self._url)
            answer.raise_for_status()
            return {str(key["kid"]): key for key in answer.json()["keys"] if key.get("kty") == "RSA"}
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
            raise DeliveryRefused("the keys of the platform cannot be fetched", 503) from None
