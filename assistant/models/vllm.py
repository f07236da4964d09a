"""Adapters of a model that vLLM serves: loaded and unloaded while it runs, and asked for by their name as a model's.

The server needs `--enable-lora` and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, and has to see the adapters' folder.
Documentation: https://docs.vllm.ai/en/latest/features/lora/
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import httpx

from assistant.errors import ModelCorrupt, ModelUnavailable
from assistant.models.adapter_engine import bearer, require_loaded, said
from assistant.models.completions import TIMEOUT, Message
from assistant.models.endpoint import Endpoint


class VllmAdapters:
    """One model of one server. `seen_as` says under which path the server sees a folder of this computer."""

    def __init__(
        self,
        endpoint: Endpoint,
        seen_as: Callable[[Path], str] = str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._seen_as = seen_as
        self._client = httpx.Client(headers=bearer(endpoint.api_key), timeout=TIMEOUT, transport=transport)

    @property
    def loaded(self) -> Collection[str]:
        """The adapters that the server has. Raises ModelUnavailable when it does not answer."""
        try:
            answer = self._client.get(f"{self._endpoint.base_url}/models")
            answer.raise_for_status()
            return {str(each["id"]) for each in answer.json()["data"] if each.get("parent")}
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ModelUnavailable(f"{self._where} does not say which models it has ({error}).") from error

    def load(self, name: str, folder: Path) -> None:
        """Load an adapter. Raises ModelUnavailable, and ModelCorrupt when vLLM refuses it."""
        if name not in self.loaded:
            self._post("load_lora_adapter", {"lora_name": name, "lora_path": self._seen_as(folder)}, "already")

    def unload(self, name: str) -> None:
        """Unload an adapter."""
        if name in self.loaded:
            self._post("unload_lora_adapter", {"lora_name": name}, "cannot be found")

    def generate(self, messages: Sequence[Message], adapter: str = "", *, max_tokens: int = 64) -> str:
        """The likeliest answer."""
        require_loaded(self, adapter)
        asked = Endpoint(adapter or self._endpoint.model, self._endpoint.base_url)
        return said(self._client, asked, messages, max_tokens)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    @property
    def _where(self) -> str:
        return f"{self._endpoint.model} at {self._endpoint.base_url}"

    def _post(self, path: str, body: dict[str, str], harmless: str) -> None:
        """`harmless` is what vLLM says when somebody else has done it meanwhile."""
        try:
            answer = self._client.post(f"{self._endpoint.base_url}/{path}", json=body)
        except httpx.HTTPError as error:
            raise ModelUnavailable(f"{self._where} does not answer ({error}).") from error
        if answer.is_success or harmless in answer.text:
            return
        if answer.status_code in (404, 405) and "lora_name" not in answer.text and body["lora_name"] not in answer.text:
            raise ModelUnavailable(
                f"{self._where} does not load adapters while it runs. Start it with --enable-lora and "
                "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True."
            )
        raise ModelCorrupt(f"{self._where} refuses {body['lora_name']}: {answer.text[:200]}")
