"""Settings of a Slack app."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from connectors.settings import ConnectorSettings

LEAST_SECRET = 16


class SlackSettings(ConnectorSettings):
    """`[connectors.slack]`. `pilares connectors manifest slack` is what the app is made of."""

    bot_token: SecretStr = Field(description="xoxb-..., under OAuth & Permissions")
    app_token: SecretStr = Field(default=SecretStr(""), description="socket: xapp-..., under Basic Information")
    signing_secret: SecretStr = Field(default=SecretStr(""), description="http: under Basic Information")
    transport: Literal["socket", "http"] = "socket"
    streaming: bool = Field(default=True, description="in threads; elsewhere messages are edited")
    api_url: str = "https://slack.com"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.bot_token.get_secret_value().startswith("xoxb-"):
            raise ValueError("bot_token is none of Slack's: it begins with xoxb-")
        if self.transport == "socket" and not self.app_token.get_secret_value().startswith("xapp-"):
            raise ValueError("transport = socket needs app_token: it begins with xapp-")
        if self.transport == "http" and len(self.signing_secret.get_secret_value()) < LEAST_SECRET:
            raise ValueError("transport = http needs signing_secret, from Basic Information of the app")
        return self
