"""Settings of a Google Chat app."""

import json
import re
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, model_validator

from connectors.settings import ConnectorSettings

_NEEDED = ("client_email", "private_key", "token_uri")


class GoogleChatSettings(ConnectorSettings):
    """`[connectors.googlechat]`. People are users/..., channels spaces/..., as Google Chat names them."""

    service_account: SecretStr = Field(description="the key of the app's service account: JSON, or the file it is in")
    audience: str = Field(description="the number of the Google Cloud project, or the https address of the app")
    api_url: str = "https://chat.googleapis.com"
    keys_url: str = Field(default="", description="where Google publishes its keys; by the kind of audience when empty")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        secret = self.service_account.get_secret_value()
        if not secret or (secret.startswith("{") and not _is_key(secret)):
            raise ValueError("service_account is no key: make one (JSON) under IAM, Service Accounts, Keys")
        if not secret.startswith("{") and not Path(secret).is_file():
            raise ValueError("service_account is neither the JSON of a key nor a file that is there")
        if not re.fullmatch(r"\d{6,20}|https://\S+", self.audience):
            raise ValueError("audience is the number of the project, or the https address of the app's endpoint")
        return self

    def key(self) -> dict[str, Any]:
        """The key of the service account. Raises OSError, ValueError."""
        secret = self.service_account.get_secret_value()
        text = secret if secret.startswith("{") else Path(secret).read_text(encoding="utf-8")
        if not _is_key(text):
            raise ValueError("no key of a service account")
        return dict(json.loads(text))


def _is_key(text: str) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and all(isinstance(found.get(each), str) for each in _NEEDED)
