"""Settings of a bot in Microsoft Teams."""

import re
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.settings import ConnectorSettings

LEAST_SECRET = 8
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class TeamsSettings(ConnectorSettings):
    """`[connectors.teams]`. People are named by their object ids in Entra, channels by their ids (19:...)."""

    app_id: str = Field(description="Application (client) ID of the app registration")
    app_password: SecretStr = Field(description="a client secret of it: its value, not its id")
    tenant: str = Field(description="Directory (tenant) ID; nobody of another tenant is heard")
    streaming: bool = Field(default=True, description="in direct talks; elsewhere messages are edited")
    service_url: str = Field(
        default="https://smba.trafficmanager.net/teams", description="where a conversation is that has not said so yet"
    )
    login_url: str = "https://login.microsoftonline.com"
    keys_url: str = Field(default="https://login.botframework.com/v1/.well-known/keys", description="Bot Connector's")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in ("app_id", "tenant"):
            if not _ID.fullmatch(getattr(self, name)):
                raise ValueError(f"{name} is none of Entra's ids: copy it from the overview of the app registration")
        if len(self.app_password.get_secret_value()) < LEAST_SECRET:
            raise ValueError("app_password is no client secret: make one under Certificates & secrets")
        return self
