"""Settings of an account on a Matrix homeserver."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from connectors.settings import ConnectorSettings

LEAST_TOKEN = 16


class MatrixSettings(ConnectorSettings):
    """`[connectors.matrix]`. `pilares connectors manifest matrix` is how the account and its token are made."""

    homeserver: str = Field(description="the server's address, as in https://matrix.example.org")
    token: SecretStr = Field(description="the access token of the bot's account")
    thumbs: bool = Field(default=True, description="put a thumb up and a thumb down under each answer, to be clicked")
    catch_up_min: int = Field(
        default=30, ge=0, le=1440, description="what was said in so many minutes before it starts is read as well"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if len(self.token.get_secret_value()) < LEAST_TOKEN:
            raise ValueError("token is none of Matrix's: sign the bot in once, and copy access_token")
        parts = urlsplit(self.homeserver)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.username:
            raise ValueError("homeserver is no address of a server: it looks like https://matrix.example.org")
        return self
