"""What every engine does with adapters, and llama.cpp's way of doing it.

An engine is a class with these four members; `assistant.testing.adapter_engines` holds the suite that it has to pass.
Adapters are named `topic@vN`, a name never means other weights, and no engine loads one name twice: what was cached of
it would be of the first (vLLM issue 42125).
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import httpx

from assistant.errors import GenerationFailed, ModelUnavailable
from assistant.models.completions import TIMEOUT, Message
from assistant.models.endpoint import Endpoint
from assistant.models.llamacpp import LlamaCppEngine
from finetune.lora import GGUF


class AdapterEngine(Protocol):
    """A model that answers with one of its adapters, or with none; safe to use from several threads."""

    @property
    def loaded(self) -> Collection[str]:
        """The adapters that may be asked for."""

    def load(self, name: str, folder: Path) -> None:
        """Make an adapter's folder available under its name; nothing to do when it is. Requests go on meanwhile.

        Raises ModelError, and then the others answer as before.
        """

    def unload(self, name: str) -> None:
        """Ask for it no more; nothing to do when it is not there."""

    def generate(self, messages: Sequence[Message], adapter: str = "", *, max_tokens: int = 64) -> str:
        """The likeliest answer, with an adapter or without. Raises ModelUnavailable for one that is not loaded."""


class LlamaCppAdapters:
    """llama.cpp: what is loaded besides comes with a second copy of the model, which then takes over."""

    def __init__(self, engine: LlamaCppEngine) -> None:
        self._engine = engine
        self._files: Mapping[str, Path] = dict(engine.adapters)

    @property
    def loaded(self) -> Collection[str]:
        """The adapters that may be asked for."""
        return self._files.keys()

    def load(self, name: str, folder: Path) -> None:
        """Load an adapter."""
        if name not in self._files:
            wanted = {**self._files, name: folder / GGUF}
            self._engine.serve(wanted)
            self._files = wanted

    def unload(self, name: str) -> None:
        """Its memory is freed with the next one that is loaded."""
        self._files = {each: file for each, file in self._files.items() if each != name}
        self._engine.serve(self._files)

    def generate(self, messages: Sequence[Message], adapter: str = "", *, max_tokens: int = 64) -> str:
        """The likeliest answer."""
        require_loaded(self, adapter)
        engine = self._engine
        endpoint = Endpoint(engine.name, engine.base_url, engine.api_key, local=True)
        with httpx.Client(transport=engine.transport(), timeout=TIMEOUT, headers=bearer(endpoint.api_key)) as client:
            body = {"adapter": adapter} if adapter else {}
            return said(client, endpoint, messages, max_tokens, **body)


def require_loaded(engine: AdapterEngine, adapter: str) -> None:
    """Raises ModelUnavailable for an adapter that is not loaded."""
    if adapter and adapter not in engine.loaded:
        raise ModelUnavailable(f"The adapter {adapter} is not loaded. `pilares finetune list` shows what serves.")


def bearer(key: str) -> dict[str, str]:
    """The header with a key; none without one."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def said(client: httpx.Client, endpoint: Endpoint, messages: Sequence[Message], max_tokens: int, **more: Any) -> str:
    """What a chat endpoint answers at temperature 0. Raises ModelUnavailable and GenerationFailed."""
    body = {"model": endpoint.model, "messages": [dict(each) for each in messages], "max_tokens": max_tokens,
            "temperature": 0.0, **more}  # fmt: skip
    try:
        answer = client.post(f"{endpoint.base_url}/chat/completions", json=body)
        answer.raise_for_status()
        return str(answer.json()["choices"][0]["message"]["content"])
    except httpx.HTTPStatusError as error:
        raise GenerationFailed(
            f"{endpoint.model} at {endpoint.base_url} answered {error.response.status_code}: "
            f"{error.response.text[:200]}."
        ) from error
    except httpx.HTTPError as error:
        raise ModelUnavailable(f"{endpoint.model} at {endpoint.base_url} does not answer ({error}).") from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise GenerationFailed(f"{endpoint.base_url} did not answer as an OpenAI-compatible address does.") from error
