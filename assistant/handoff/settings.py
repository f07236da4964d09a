"""Settings of hand-offs: whether there is anybody to hand over to, how they are reached, when it is offered."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Reason = Literal["asked", "upset", "withheld"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contact(_Frozen):
    """How people are reached besides the chat: address, telephone, hours; shown as it is written here."""

    en: str = Field(default="", max_length=1_000)
    es: str = Field(default="", max_length=1_000)

    def text(self, language: str) -> str:
        """In the language of a conversation, or in the one there is."""
        own, other = (self.es, self.en) if language == "es" else (self.en, self.es)
        return own or other


class HandoffSettings(_Frozen):
    """Handing conversations over to people."""

    enabled: bool = Field(default=False, description="only where somebody looks at `pilares handoffs`")
    contact: Contact = Contact()
    reasons: tuple[Reason, ...] = Field(
        default=("asked", "upset", "withheld"),
        description="when: the person asks for it; it is offered to one who is upset and in a hurry; it is offered "
        "after two answers in a row that the documents do not give",
    )
    offer_minutes: int = Field(default=60, ge=1, description="how long a yes to an offer counts")
