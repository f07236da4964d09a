"""Settings of a mailbox."""

import re
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from connectors.settings import ConnectorSettings

ADDRESS = re.compile(r"[^\s@<>\",;:]+@[^\s@<>\",;:]+")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
Security = Literal["tls", "starttls", "none"]


class EmailSettings(ConnectorSettings):
    """`[connectors.email]`. People are named by their addresses; a channel is a mailing list, or who else reads."""

    address: str = Field(description="the assistant's own; what is sent to it is answered")
    password: SecretStr = Field(description="of the mailbox; where there is one for applications, that")
    user: str = Field(default="", description="the name to sign in with, when it is not the address")
    sender: str = Field(default="Pilares", description="the name beside the address")
    imap_host: str
    imap_port: int = 993
    imap_security: Security = "tls"
    smtp_host: str
    smtp_port: int = 587
    smtp_security: Security = "starttls"
    folder: str = "INBOX"
    poll_s: float = Field(default=30, gt=0, le=3600, description="seconds between two looks into the mailbox")
    since_days: int = Field(default=3, ge=1, le=60, description="older mail is left alone, read or not")
    verified_by: str = Field(
        default="", description="the name of your mail server in Authentication-Results: only what it finds authentic"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not ADDRESS.fullmatch(self.address):
            raise ValueError("address is no mail address")
        if not self.password.get_secret_value():
            raise ValueError("password is empty: set the mailbox's")
        for host, security in ((self.imap_host, self.imap_security), (self.smtp_host, self.smtp_security)):
            if security == "none" and host not in _LOOPBACK:
                raise ValueError(f"the password would be sent to {host} in the clear: use tls or starttls")
        return self

    @property
    def login(self) -> str:
        """The name to sign in with."""
        return self.user or self.address
