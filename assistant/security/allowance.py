"""How much somebody may use."""

from pydantic import BaseModel, ConfigDict, Field


class Allowance(BaseModel):
    """Limits of one person, one key, or all together. None is no limit. Days go from midnight to midnight, UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests_per_minute: int | None = Field(default=None, ge=1)
    requests_per_day: int | None = Field(default=None, ge=1)
    tokens_per_day: int | None = Field(default=None, ge=1, description="read and written by language models")
    cost_per_day: float | None = Field(default=None, gt=0, description="in the currency of the models' prices")

    @property
    def is_set(self) -> bool:
        """Whether anything is limited."""
        return any(value is not None for value in self.__dict__.values())


def stricter(one: Allowance, other: Allowance) -> Allowance:
    """Of each limit the smaller one."""
    found = {}
    for name in Allowance.model_fields:
        given = [value for value in (getattr(one, name), getattr(other, name)) if value is not None]
        found[name] = min(given, default=None)
    return Allowance(**found)
