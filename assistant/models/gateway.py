"""The models of an installation as programs ask them: chat requests passed on, texts embedded."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Literal

from assistant.api.openai.ports import Served, Tier
from assistant.models.endpoint import Endpoint
from assistant.models.models import Models
from assistant.models.passing import passed_on, passed_on_in_loop, trusted
from assistant.settings import ModelSettings, Settings
from knowledge.embedder import Vectors

_TIERS: tuple[Tier, ...] = ("slm", "llm")
ADAPTER = "adapter:"


class ModelGateway:
    """Passes requests on, each over a connection of its own, so that closing it ends what the model does."""

    def __init__(self, settings: Settings, models: Models) -> None:
        self._settings, self._models = settings, models
        self._roles = {"slm": settings.slm, "llm": settings.llm}

    def served(self) -> Mapping[str, Served]:
        """The two tiers, and what is promoted to an alias."""
        found: dict[str, Served] = {tier: _served(tier, self._roles[tier]) for tier in _TIERS}
        serving = {alias: name for alias, name in self._models.adapters.serving.items() if alias}
        return {
            **found,
            **{ADAPTER + alias: replace(found["slm"], adapter=name) for alias, name in serving.items()},
        }

    def complete(
        self, served: Served, body: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]] | AsyncGenerator[Mapping[str, Any], None]:
        """The model's answer, or its chunks: read in the event loop, or in a thread where the model runs here."""
        if self._roles[served.tier].url is None:
            return self._here(served, body)
        trusted()  # read once, and not in the event loop
        return self._elsewhere(served, body)

    def _here(self, served: Served, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        endpoint = self._models.endpoint(served.tier)  # loads the model
        yield from passed_on(endpoint, _asked(endpoint, served, body))

    async def _elsewhere(self, served: Served, body: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
        endpoint = self._models.endpoint(served.tier)
        async with aclosing(passed_on_in_loop(endpoint, _asked(endpoint, served, body))) as chunks:
            async for chunk in chunks:
                yield chunk

    def embed(self, texts: Sequence[str], kind: Literal["passage", "query"]) -> tuple[Vectors, int]:
        """Vectors as documents and questions get them."""
        embedder = self._models.embedder()
        embed = embedder.embed_queries if kind == "query" else embedder.embed_passages
        return embed(texts), sum(embedder.count_tokens(texts))

    def embedder(self) -> str:
        """The name in the settings."""
        return self._settings.embedder


def _served(tier: Tier, model: ModelSettings) -> Served:
    return Served(tier, model.name, model.is_remote, price_in=model.price_in, price_out=model.price_out)


def _asked(endpoint: Endpoint, served: Served, body: Mapping[str, Any]) -> dict[str, Any]:
    return {**body, "model": endpoint.model, **({"adapter": served.adapter} if served.adapter else {})}
