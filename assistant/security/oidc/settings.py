"""Settings of the provider that people sign in with."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from assistant.loopback import stays_here


class OidcSettings(BaseModel):
    """An OpenID Connect provider. Claims are named as they are, or by their path: `realm_access.roles`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(max_length=400, description="its address, as it names itself")
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = Field(default=None, description="none for a public client; PKCE is always used")
    label: str = Field(default="", max_length=80, description="what the page calls it; default: its host")
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    redirect_uri: str | None = Field(
        default=None, description="where it sends people back to; default: this address + /sign-in/oidc/callback"
    )
    name_claim: str = Field(default="email", description="what accounts are called; an e-mail has to be verified")
    groups_claim: str = Field(default="", description="empty: groups and roles are given here")
    groups: dict[str, str] = Field(
        default_factory=dict, description="value of the claim -> group; empty: values are groups as they are"
    )
    roles: dict[str, Literal["member", "editor", "admin"]] = Field(
        default_factory=dict, description="value of the claim -> role, else member; empty: roles are given here"
    )
    create_accounts: bool = Field(default=True, description="whoever is unknown gets an account")
    link_accounts: bool = Field(default=False, description="whoever has the name of an account without one is it")

    @field_validator("issuer")
    @classmethod
    def _safe(cls, issuer: str) -> str:
        if not is_safe(issuer):
            raise ValueError(f"{issuer!r} is not an https address")
        return issuer

    @field_validator("scopes")
    @classmethod
    def _openid(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        return scopes if "openid" in scopes else ("openid", *scopes)

    @property
    def shown(self) -> str:
        """What people know it by."""
        return self.label or urlsplit(self.issuer).hostname or self.issuer


def is_safe(address: object) -> bool:
    """Whether what is sent there cannot be read on the way: https, or a provider on this computer."""
    scheme = urlsplit(address).scheme if isinstance(address, str) else ""
    return scheme == "https" or (scheme == "http" and stays_here(str(address)))
