"""The bot's own tokens: a client secret for a token of the Bot Connector, kept until it is about to end."""

import asyncio
import time
from typing import TYPE_CHECKING

from connectors.client import client_for
from connectors.errors import ConnectionLost, ConnectorMisconfigured, NotNow

if TYPE_CHECKING:
    import httpx

    from connectors.platforms.teams.settings import TeamsSettings

SCOPE = "https://api.botframework.com/.default"
EARLY_S = 300.0


class Login:
    """Asks Entra for tokens.

    https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
    """

    def __init__(self, settings: "TeamsSettings") -> None:
        self._url = f"{settings.login_url.rstrip('/')}/{settings.tenant}/oauth2/v2.0/token"
        self._form = {
            "grant_type": "client_credentials",
            "client_id": settings.app_id,
            "client_secret": settings.app_password.get_secret_value(),
            "scope": SCOPE,
        }
        self._client: httpx.AsyncClient | None = None
        self._token = ""
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """A token that is valid. Raises NotNow."""
        async with self._asking:
            if time.monotonic() > self._until:
                try:
                    await self._ask()
                except (ConnectionLost, ConnectorMisconfigured) as error:
                    raise NotNow(str(error)) from None
            return self._token

    async def check(self) -> None:
        """Ask for a token now. Raises ConnectionLost, and ConnectorMisconfigured when the secret is not taken."""
        async with self._asking:
            await self._ask()

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _ask(self) -> None:
        import httpx

        self._client = self._client or client_for(self._url)
        try:
            answer = await self._client.post(self._url, data=self._form)
            if answer.status_code in (400, 401):
                raise ConnectorMisconfigured(
                    "Entra does not take app_id, tenant and app_password. Make a new client secret in the app "
                    "registration, and set its value in pilares.toml."
                )
            found = answer.raise_for_status().json()
            token, lasts = str(found["access_token"]), float(found["expires_in"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ConnectionLost(f"Entra gave no token ({type(error).__name__}). It is asked again.") from None
        self._token, self._until = token, time.monotonic() + lasts - EARLY_S
