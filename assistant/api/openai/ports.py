"""What the OpenAI-compatible API needs of the models, beside the assistant's own turns."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from assistant.security.spending import Use
from knowledge.embedder import Vectors

Tier = Literal["slm", "llm"]


@dataclass(frozen=True, slots=True)
class Served:
    """A model that can be asked without the documents: of which tier, where it runs, with which adapter on."""

    tier: Tier
    name: str
    remote: bool = False
    adapter: str = ""
    price_in: float = 0.0
    price_out: float = 0.0

    def use(self, usage: Mapping[str, Any]) -> Use:
        """What the `usage` of an answer comes to; prices are those of a million tokens."""
        read, written = (usage.get(f"{part}_tokens") for part in ("prompt", "completion"))
        read, written = (each if isinstance(each, int) else 0 for each in (read, written))
        return Use(1, read + written, (read * self.price_in + written * self.price_out) / 1e6)


class Gateway(Protocol):
    """Models as they are: no documents, no checks. Errors are those of `assistant.errors`."""

    def served(self) -> Mapping[str, Served]:
        """What can be asked, by the name it is asked by: `slm`, `llm`, `adapter:ALIAS`. Loads nothing."""

    def complete(
        self, served: Served, body: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]] | AsyncGenerator[Mapping[str, Any], None]:
        """Put an OpenAI chat request to a model: one whole answer, or its chunks when the body says `stream`.

        Nothing happens before it is read: a plain iterator in a thread, as it may compute; one that only waits in the
        event loop. Closing it stops the model.
        """

    def embed(self, texts: Sequence[str], kind: Literal["passage", "query"]) -> tuple[Vectors, int]:
        """Vectors of length 1, one a text, as they are searched with; and how many tokens were read."""

    def embedder(self) -> str:
        """The name of the embedding model."""
