"""Settings of curated answers."""

from pydantic import BaseModel, ConfigDict, Field


class CuratedSettings(BaseModel):
    """Serving what people have answered before (docs/finetuning.md, "Three speeds")."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=True, description="serve curated answers")
    review_days: int = Field(
        default=180, ge=1, le=3_650, description="days after which somebody has to look at one again"
    )
