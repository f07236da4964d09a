"""Settings of continuous learning."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class LearnSettings(BaseModel):
    """Learning from reviewed feedback at night (docs/finetuning.md, "Three speeds")."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=False, description="learn on a schedule while `pilares serve` runs")
    at: str = Field(
        default="02:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="time of day to begin, on this computer"
    )
    every_days: int = Field(default=1, ge=1, le=365, description="days from one run to the next")
    least: int = Field(default=50, ge=1, description="fewest newly accepted rows for which training is worth it")
    promote: Literal["propose", "canary", "promote"] = Field(
        default="propose",
        description="what becomes of an adapter that the gate passes: a person decides; it serves a part of the "
        "conversations; it serves",
    )
    canary_percent: int = Field(default=10, ge=1, le=50, description="part of the conversations of a canary")
    dataset: str = Field(default="learnt", description="name of the dataset that is built")
    topic: str = Field(default="learnt", description="topic of the adapters that are trained")
    alias: str = Field(default="reader", description="alias that they serve under once promoted")
    group: str = Field(default="everyone", description="only what every member of this group may read is learnt")
    trusted: tuple[str, ...] = Field(default=(), description="people whose feedback counts without a review")
    quiet_minutes: float = Field(default=5.0, ge=0, description="minutes without a question before it begins")
