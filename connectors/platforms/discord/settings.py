"""Settings of a Discord bot."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.settings import ConnectorSettings

LEAST_TOKEN = 20


class DiscordSettings(ConnectorSettings):
    """`[connectors.discord]`. `token` stands under Bot in the developer portal."""

    token: SecretStr
    threads: bool = Field(default=True, description="answer each question of a channel in a thread of its own")
    api_url: str = Field(default="", description="another address of Discord's API, for trying")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if len(self.token.get_secret_value()) < LEAST_TOKEN:
            raise ValueError("token is none of Discord's: copy it under Bot in the developer portal")
        return self
