"""Where a language model answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible endpoint. `local` ones are served by this process, so no proxy stands between.

    `base_url` ends in `/v1` or whatever the provider uses; `api_key` may be empty where none is asked for. With an
    `adapter` every request asks the engine for it. `transport` makes the way to an engine that may move to another
    address between two requests.
    """

    model: str
    base_url: str
    api_key: str = field(default="", repr=False)
    local: bool = False
    adapter: str = ""
    transport: "Callable[[], httpx.BaseTransport] | None" = field(default=None, repr=False, compare=False)

    @property
    def request_options(self) -> dict[str, Any]:
        """What every request to it says besides its messages; `transport` puts it into the engine's words."""
        return {"adapter": self.adapter} if self.adapter else {}
