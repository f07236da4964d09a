"""Settings of a Telegram bot."""

import re
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from connectors.settings import ConnectorSettings

_TOKEN = re.compile(r"\d+:[\w-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


class TelegramSettings(ConnectorSettings):
    """`[connectors.telegram]`. `token` is what BotFather gives."""

    token: SecretStr
    transport: Literal["polling", "webhook"] = "polling"
    public_url: str = Field(default="", description="webhook: the https address of this server, as Telegram reaches it")
    webhook_secret: SecretStr = Field(default=SecretStr(""), description="webhook: 16 to 256 of A-Z a-z 0-9 _ -")
    streaming: Literal["draft", "edit", "none"] = Field(
        default="draft", description="how an answer is shown while it is written; drafts exist in direct talks only"
    )
    api_url: str = Field(default="https://api.telegram.org", description="or a Bot API server of your own")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not _TOKEN.fullmatch(self.token.get_secret_value()):
            raise ValueError("token is none of Telegram's: BotFather gives one like 123456:ABC-def")
        if self.transport == "webhook":
            if not _SECRET.fullmatch(self.webhook_secret.get_secret_value()):
                raise ValueError("a webhook needs webhook_secret: 16 to 256 letters, digits, _ or -")
            if not self.public_url.startswith("https://"):
                raise ValueError("a webhook needs public_url: the https address of this server")
        return self
