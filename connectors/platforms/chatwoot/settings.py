"""Settings of a bot in Chatwoot."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.settings import ConnectorSettings

LEAST_SECRET = 16


class ChatwootSettings(ConnectorSettings):
    """`[connectors.chatwoot]`. People are contact:ID, or user:IDENTIFIER where your site has proved who they are."""

    url: str = Field(description="the address of Chatwoot: https://app.chatwoot.com, or your own")
    account: int = Field(gt=0, description="the number of the account, as it stands in Chatwoot's addresses")
    token: SecretStr = Field(description="the access token of the agent bot")
    secret: SecretStr = Field(description="the bot's webhook secret; or, where it has none, what stands in its address")
    signed: bool = Field(
        default=True, description="deliveries are signed; older Chatwoots are not, then ?secret=... is in the address"
    )
    thumbs: bool = Field(
        default=True, description="put thumbs under answers; only the website's widget shows them well"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.url.startswith(("https://", "http://")):
            raise ValueError("url is the address of Chatwoot, with https://")
        if not self.token.get_secret_value():
            raise ValueError("token is empty: copy the access token of the agent bot")
        if len(self.secret.get_secret_value()) < LEAST_SECRET:
            raise ValueError(f"secret has at least {LEAST_SECRET} characters: the webhook secret of the agent bot")
        return self
