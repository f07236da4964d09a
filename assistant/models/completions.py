"""A light client for questions whose whole answer is one token: no LangChain, one request."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from assistant.errors import GenerationFailed, ModelUnavailable
from assistant.metering import count
from assistant.models.endpoint import Endpoint
from assistant.telemetry.conventions import CHAT, INPUT_TOKENS, MAX_TOKENS, OUTPUT_TOKENS, about_call
from assistant.tracing import Span, span

TIMEOUT = httpx.Timeout(300.0, connect=2.0)
Message = Mapping[str, str]


class CompletionClient:
    """Asks one endpoint; keeps its connection. Safe to use from several threads."""

    def __init__(self, endpoint: Endpoint, transport: httpx.BaseTransport | None = None) -> None:
        self._endpoint = endpoint
        headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
        self._client = httpx.Client(
            base_url=endpoint.base_url,
            headers=headers,
            timeout=TIMEOUT,
            transport=transport or (endpoint.transport() if endpoint.transport is not None else None),
            trust_env=not endpoint.local,
        )

    def first_token_logprobs(
        self, messages: Sequence[Message], *, top: int = 20, adapter: str = ""
    ) -> dict[str, float]:
        """The likeliest first tokens of the answer with their natural log-probabilities, likeliest first.

        An `adapter` is asked for in place of the endpoint's own.

        Messages that continue an earlier conversation cost only what is new: llama.cpp picks the slot whose prompt has
        the longest common beginning. Raises ModelUnavailable, or GenerationFailed when the endpoint gives no
        log-probabilities (some providers do not).
        """
        body = {
            "model": self._endpoint.model,
            "messages": [dict(message) for message in messages],
            "max_tokens": 1,
            "temperature": 0.0,
            "logprobs": True,
            "top_logprobs": top,
            **self._endpoint.request_options,
            **({"adapter": adapter} if adapter else {}),
        }
        about = {**about_call(self._endpoint.model), MAX_TOKENS: 1}
        with span(f"{CHAT} {self._endpoint.model}", about, calls=True) as call:
            answer = self._post("chat/completions", body)
            self._count(answer, call)
        try:
            found = answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
            return {str(entry["token"]): float(entry["logprob"]) for entry in found}
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise GenerationFailed(
                f"{self._where} gives no log-probabilities, which the check of an answer needs. "
                "Use a model server that does (llama.cpp, vLLM, Ollama) for this role in pilares.toml."
            ) from error

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def _count(self, answer: Any, call: Span) -> None:
        usage = answer.get("usage") if isinstance(answer, dict) else None
        if isinstance(usage, dict):
            read, written = (usage.get(f"{part}_tokens") for part in ("prompt", "completion"))
            read, written = (n if isinstance(n, int) else 0 for n in (read, written))
            count(self._endpoint.model, read, written)
            call.note({INPUT_TOKENS: read, OUTPUT_TOKENS: written})

    @property
    def _where(self) -> str:
        return f"{self._endpoint.model} at {self._endpoint.base_url}"

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        try:
            answer = self._client.post(path, json=body)
            answer.raise_for_status()
            return answer.json()
        except httpx.HTTPStatusError as error:
            raise GenerationFailed(
                f"{self._where} answered {error.response.status_code}: {error.response.text[:200]}. "
                "Check `name`, `url` and `api_key` in pilares.toml."
            ) from error
        except httpx.ReadTimeout as error:
            raise ModelUnavailable(f"{self._where} did not answer in time. It may be overloaded: try again.") from error
        except httpx.HTTPError as error:
            raise ModelUnavailable(
                f"{self._where} does not answer ({type(error).__name__}: {error}). "
                "Check that it runs, with `pilares doctor`."
            ) from error
        except json.JSONDecodeError as error:
            raise GenerationFailed(
                f"{self._where} did not answer in JSON. Is it an OpenAI-compatible address?"
            ) from error
