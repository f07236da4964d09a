"""Settings of a bot account of Mattermost."""

import re
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from connectors.settings import ConnectorSettings

_TOKEN = re.compile(r"[A-Za-z0-9]{26}")


class MattermostSettings(ConnectorSettings):
    """`[connectors.mattermost]`. `pilares connectors manifest mattermost` is how the account is made."""

    url: str = Field(description="the server's address, as in https://chat.example.org")
    token: SecretStr = Field(description="the access token of the bot account: 26 letters and digits")
    thumbs: bool = Field(default=True, description="put a thumb up and a thumb down under each answer, to be clicked")
    catch_up_min: int = Field(
        default=30, ge=0, le=1440, description="what was said in so many minutes before it connects is read as well"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not _TOKEN.fullmatch(self.token.get_secret_value()):
            raise ValueError("token is none of Mattermost's: it is shown once, when the bot account is made")
        parts = urlsplit(self.url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("url is no address of a server: it looks like https://chat.example.org")
        if parts.path.strip("/") or parts.query or parts.username:
            raise ValueError("url is the address of the server alone, with nothing behind its name and port")
        return self
