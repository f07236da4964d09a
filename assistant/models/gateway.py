"""The models of an installation as programs ask them: chat requests passed on, texts embedded."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import httpx

from assistant.api.openai.ports import Served, Tier
from assistant.errors import GenerationFailed, InvalidRequest, ModelUnavailable
from assistant.models.completions import TIMEOUT
from assistant.models.endpoint import Endpoint
from assistant.models.models import Models
from assistant.settings import ModelSettings, Settings
from knowledge.embedder import Vectors

_TIERS: tuple[Tier, ...] = ("slm", "llm")
ADAPTER = "adapter:"


class ModelGateway:
    """Passes requests on, each over a connection of its own, so that closing it ends what the model does."""

    def __init__(self, settings: Settings, models: Models) -> None:
        self._settings, self._models = settings, models

    def served(self) -> Mapping[str, Served]:
        """The two tiers, and what is promoted to an alias."""
        roles = {"slm": self._settings.slm, "llm": self._settings.llm}
        found: dict[str, Served] = {tier: _served(tier, roles[tier]) for tier in _TIERS}
        serving = {alias: name for alias, name in self._models.adapters.serving.items() if alias}
        return {
            **found,
            **{ADAPTER + alias: replace(found["slm"], adapter=name) for alias, name in serving.items()},
        }

    def complete(self, served: Served, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The model's answer, or its chunks."""
        endpoint = self._models.endpoint(served.tier)
        asked = {**body, "model": endpoint.model, **({"adapter": served.adapter} if served.adapter else {})}
        try:
            yield from passed_on(endpoint, asked)
        except httpx.HTTPError as error:
            raise ModelUnavailable(
                f"{endpoint.model} does not answer ({type(error).__name__}). Check that it runs, with `pilares doctor`."
            ) from error

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


def passed_on(endpoint: Endpoint, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """One request to an endpoint. Raises httpx.HTTPError, InvalidRequest and GenerationFailed."""
    headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
    transport = endpoint.transport() if endpoint.transport is not None else None
    address = f"{endpoint.base_url.rstrip('/')}/chat/completions"
    with (
        httpx.Client(headers=headers, timeout=TIMEOUT, transport=transport, trust_env=not endpoint.local) as client,
        client.stream("POST", address, json=body) as response,
    ):
        if response.status_code >= 400:
            raise _refusal(endpoint, response)
        if not body.get("stream"):
            yield _read(endpoint, response.read().decode("utf-8", "replace"))
            return
        for line in response.iter_lines():
            data = line.removeprefix("data:").strip()
            if line.startswith("data:") and data != "[DONE]":
                yield _read(endpoint, data)


def _read(endpoint: Endpoint, text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or "error" in found:
        raise GenerationFailed(f"{endpoint.model} answered with something that is no completion. Try again.")
    return found


def _refusal(endpoint: Endpoint, response: httpx.Response) -> Exception:
    """A request that the model's server finds wrong is its sender's; anything else is the server's."""
    told = response.read().decode("utf-8", "replace")[:500]
    if response.status_code in (400, 413, 422):
        return InvalidRequest(f"{endpoint.model} refuses the request: {told}")
    return GenerationFailed(f"{endpoint.model} answered {response.status_code}. The server's log may say more.")
