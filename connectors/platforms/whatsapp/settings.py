"""Settings of a number of the WhatsApp Business Platform (Cloud API)."""

import re
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.settings import ConnectorSettings

LEAST_TOKEN, LEAST_VERIFY = 20, 16
_APP_SECRET = re.compile(r"[0-9a-f]{32}")


class WhatsAppSettings(ConnectorSettings):
    """`[connectors.whatsapp]`. `pilares connectors manifest whatsapp` is where each of them comes from."""

    phone_number_id: str = Field(description="the number's id, which is not the number: WhatsApp, API Setup")
    token: SecretStr = Field(description="the access token of a system user that does not expire")
    app_secret: SecretStr = Field(description="under App settings, Basic: what deliveries are signed with")
    verify_token: SecretStr = Field(description="made up by you, 16 characters or more, and given to Meta as well")
    api_url: str = Field(default="https://graph.facebook.com", description="another address of the API, for trying")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.phone_number_id.isdecimal():
            raise ValueError("phone_number_id is none: it is a row of digits under WhatsApp, API Setup")
        if len(self.token.get_secret_value()) < LEAST_TOKEN:
            raise ValueError("token is none of Meta's: make one for a system user in the business settings")
        if not _APP_SECRET.fullmatch(self.app_secret.get_secret_value()):
            raise ValueError("app_secret is none of Meta's: 32 letters and digits under App settings, Basic")
        if len(self.verify_token.get_secret_value()) < LEAST_VERIFY:
            raise ValueError("verify_token is too short: make up 16 characters or more")
        return self
