"""How one source is configured, in `pilares.toml` or at run time."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class SourceConfig(BaseModel):
    """A source: what it is called, of which kind it is, who may read it, how often it is looked at.

    `groups` left out means what the kind says (`knowledge/sources/kinds.py`): everyone for what is public anyway,
    nobody for what needs credentials. `every_minutes` is the schedule; None: only when asked. `options` are those of
    the kind. A credential is never written here: an option named `..._env` holds the name of an environment variable.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=100, pattern=r"^[\w][\w .:/-]*$")
    kind: str
    groups: tuple[str, ...] | None = None
    tags: tuple[str, ...] = ()
    every_minutes: float | None = Field(default=None, gt=0)
    options: dict[str, Any] = Field(default_factory=dict)
