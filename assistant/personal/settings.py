"""Settings of how long things are kept."""

from pydantic import BaseModel, ConfigDict, Field


class RetentionSettings(BaseModel):
    """How many days each kind of thing is kept (docs/privacy.md); 0 keeps it until somebody deletes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversations_days: int = Field(default=0, ge=0, description="conversations, since they were last used")
    visitors_days: int = Field(default=0, ge=0, description="those of websites' visitors, since they were last used")
    appointments_days: int = Field(default=0, ge=0, description="appointments, since they were over")
    usage_days: int = Field(default=0, ge=0, description="counters of what was used, since their day")
    audit_days: int = Field(default=0, ge=0, description="the record of what was administered")
