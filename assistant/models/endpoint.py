"""Where a language model answers."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible endpoint. `local` ones are served by this process, so no proxy stands between.

    `base_url` ends in `/v1` or whatever the provider uses; `api_key` may be empty where none is asked for. With
    `adapted` every request asks the engine for its LoRA adapter.
    """

    model: str
    base_url: str
    api_key: str = field(default="", repr=False)
    local: bool = False
    adapted: bool = False

    @property
    def request_options(self) -> dict[str, Any]:
        """What every request to it says besides its messages."""
        return {"lora": [{"id": 0, "scale": 1.0}]} if self.adapted else {}
