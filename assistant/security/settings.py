"""Settings of accounts and limits."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.security.allowance import Allowance
from assistant.security.oidc.settings import OidcSettings


class SecuritySettings(BaseModel):
    """Who may come in. Off the computer's own address accounts are always required, whatever `accounts` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accounts: bool = Field(default=False, description="require accounts on the computer's own address as well")
    oidc: OidcSettings | None = Field(default=None, description="a provider to sign in with (docs/accounts.md)")
    presidio: tuple[Annotated[str, Field(pattern=r"^[a-z]{2}(:.+)?$")], ...] = Field(
        default=(),
        description="find personal data in logs, traces and what is learnt from with Presidio as well, in these "
        "languages: `en`, or `en:en_core_web_md` with a spaCy model, which also finds names (docs/deploy.md)",
    )
    session_days: float = Field(default=14, gt=0, le=366, description="how long a browser stays signed in")


class LimitSettings(BaseModel):
    """How much may be used: by each person, by each key, and by the whole organisation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: Allowance = Allowance()
    key: Allowance = Allowance()
    organisation: Allowance = Allowance()
    visitor: Allowance = Field(
        default=Allowance(requests_per_minute=10, requests_per_day=200),
        description="each visitor of a website's widget",
    )
    visits_per_minute: int = Field(
        default=120, ge=1, description="what the widget may ask for from one address of the network, of any kind"
    )
    tokens_expected: int = Field(
        default=4_000,
        ge=0,
        description="tokens put aside for a request before it is asked; what it used counts after it",
    )
    turns_at_once: int = Field(default=8, ge=1, le=256, description="answers in the making; others wait in turn")
    waiting_per_person: int = Field(default=16, ge=1, le=1000, description="how many of one person may wait")
