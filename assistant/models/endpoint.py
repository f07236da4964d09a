"""Where a language model answers."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible endpoint. `local` ones are served by this process, so no proxy stands between.

    `base_url` ends in `/v1` or whatever the provider uses; `api_key` may be empty where none is asked for.
    """

    model: str
    base_url: str
    api_key: str = field(default="", repr=False)
    local: bool = False
