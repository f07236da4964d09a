"""Base and candidate as they are served: llama.cpp with the quantised base, and each adapter on or off."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from assistant.errors import GenerationFailed, ModelUnavailable
from assistant.models.completions import TIMEOUT
from assistant.models.llamacpp import LlamaCppEngine
from finetune.gate.asks import Arm, Ask, Chat, Reply, Say, Weigh

CONTEXT_TOKENS, TOP = 4096, 40
# What llama.cpp gives for a token that cannot come is no number to add up with.
LEAST_LOGPROB = -60.0


class Served:
    """One loaded model. `adapters` are the GGUF files of the arms that have one; the others are the bare base.

    One slot and no speculation, so that what is calculated does not depend on what else is asked. Ends with the block.
    """

    def __init__(self, model: Path, adapters: Mapping[Arm, Path], threads: int | None = None) -> None:
        files: dict[str, Path] = {str(arm): file for arm, file in adapters.items()}
        self._engine = LlamaCppEngine(
            model, context_tokens=CONTEXT_TOKENS, parallel=1, threads=threads, adapters=files, speculate=False
        )
        self._adapters = frozenset(adapters)
        self._client: httpx.Client | None = None

    def answer(self, arm: Arm, ask: Ask) -> Reply:
        """The reply of an arm. Raises ModelUnavailable, ModelCorrupt and GenerationFailed."""
        adapter = {"adapter": arm} if arm in self._adapters else {}
        return self._said(ask, adapter) if isinstance(ask, Say) else self._weighed(ask, adapter)

    def _said(self, ask: Say, adapter: Mapping[str, str]) -> Reply:
        body = {
            "messages": messages_of(ask.chat), "max_tokens": ask.most, "temperature": 0.0, "logprobs": True,
            "top_logprobs": TOP, **adapter,
        }  # fmt: skip
        found = self._post("/v1/chat/completions", body)
        try:
            choice = found["choices"][0]
            tokens = choice["logprobs"]["content"]
            first = {str(each["token"]): float(each["logprob"]) for each in tokens[0]["top_logprobs"]} if tokens else {}
            return Reply(str(choice["message"]["content"] or ""), first, 0.0, len(tokens))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise _unlike_llamacpp(error) from error

    def _weighed(self, ask: Weigh, adapter: Mapping[str, str]) -> Reply:
        """The probabilities that the model gives to the tokens of a text, which a grammar makes it say."""
        try:
            prompt = self._post("/apply-template", {"messages": messages_of(ask.chat)})["prompt"]
            tokens = self._post("/tokenize", {"content": ask.text, "add_special": False, "parse_special": False})
            numbers = [int(each) for each in tokens["tokens"]]
            body = {
                "prompt": prompt + ask.given, "n_predict": len(numbers), "n_probs": 1, "temperature": 0.0,
                "grammar": _only(numbers), **adapter,
            }  # fmt: skip
            said = self._post("/completion", body)["completion_probabilities"]
            if [int(each["id"]) for each in said] != numbers:
                raise GenerationFailed(
                    "llama.cpp did not say the text that was to be weighed. Is it of another version?"
                )
            return Reply("", {}, sum(max(LEAST_LOGPROB, float(each["logprob"])) for each in said), len(said))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise _unlike_llamacpp(error) from error

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        if self._client is None:
            engine = self._engine
            key = {"Authorization": f"Bearer {engine.api_key}"}
            root = engine.base_url.removesuffix("/v1")
            self._client = httpx.Client(base_url=root, transport=engine.transport(), timeout=TIMEOUT, headers=key)
        try:
            answer = self._client.post(path, json=dict(body))
            answer.raise_for_status()
            return answer.json()
        except httpx.HTTPStatusError as error:
            raise GenerationFailed(
                f"{self._engine.name} answered {error.response.status_code}: {error.response.text[:200]}."
            ) from error
        except httpx.HTTPError as error:
            raise ModelUnavailable(
                f"{self._engine.name} does not answer ({type(error).__name__}). Run it again: replies are kept."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()
        self._engine.stop()


def messages_of(chat: Chat) -> list[dict[str, str]]:
    """A chat as messages."""
    return [{"role": role, "content": content} for role, content in chat]


def _only(tokens: Sequence[int]) -> str:
    """A grammar of exactly these tokens."""
    return "root ::= " + " ".join(f"<[{each}]>" for each in tokens)


def _unlike_llamacpp(error: Exception) -> GenerationFailed:
    return GenerationFailed(f"llama.cpp did not answer as it should ({type(error).__name__}: {error}).")
