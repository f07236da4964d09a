"""Models without weights, for the OpenAI-compatible API: they say what a test tells them to."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from assistant.api.openai.ports import Served
from assistant.errors import AssistantError
from knowledge.embedder import Vectors
from knowledge.testing.embedder import HashingEmbedder

WEATHER_CALL: Mapping[str, Any] = {
    "id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Lima"}'},
}  # fmt: skip


class ScriptedGateway:
    """`Gateway` by script: `message` is answered, an `error` raised instead. `bodies` are what came, newest last.

    `piece_s` is the pause before each piece of a streamed answer; `stopped` counts answers closed before their end.
    """

    def __init__(self) -> None:
        self.models: dict[str, Served] = {
            "slm": Served("slm", "scripted-small"),
            "llm": Served("llm", "scripted-large"),
            "adapter:house": Served("slm", "scripted-small", adapter="house@1"),
        }
        self.message: dict[str, Any] = {"role": "assistant", "content": "I am the model itself."}
        self.error: AssistantError | None = None
        self.finish_reason: str | None = "stop"
        self.asked: list[Served] = []
        self.bodies: list[Mapping[str, Any]] = []
        self.piece_s = 0.0
        self.stopped = 0
        self._embedder = HashingEmbedder()

    def served(self) -> Mapping[str, Served]:
        """`models`."""
        return self.models

    def complete(self, served: Served, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """`message`, whole or a word at a time; tool calls come in one piece."""
        self.asked.append(served)
        self.bodies.append(body)
        if self.error is not None:
            raise self.error
        about = {"id": "chatcmpl-scripted", "created": 1, "model": served.name}
        calls = self.message.get("tool_calls")
        reason, usage = (
            "tool_calls" if calls else self.finish_reason,
            {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
        )
        if not body.get("stream"):
            choice = {"index": 0, "message": self.message, "finish_reason": reason}
            yield {**about, "object": "chat.completion", "choices": [choice], "usage": usage}
            return
        words = [{"content": f"{word} "} for word in str(self.message.get("content") or "").split()]
        deltas: list[dict[str, Any]] = [{"role": "assistant"}, *words]
        if calls:
            deltas.append({"tool_calls": [{"index": index, **call} for index, call in enumerate(calls)]})
        try:
            for delta in deltas:
                time.sleep(self.piece_s)
                choice = {"index": 0, "delta": delta, "finish_reason": None}
                yield {**about, "object": "chat.completion.chunk", "choices": [choice]}
        except GeneratorExit:
            self.stopped += 1
            raise
        ended = {"index": 0, "delta": {}, "finish_reason": reason}
        yield {**about, "object": "chat.completion.chunk", "choices": [ended], "usage": usage}

    def embed(self, texts: Sequence[str], kind: Literal["passage", "query"]) -> tuple[Vectors, int]:
        """Vectors by hashing words."""
        embed = self._embedder.embed_queries if kind == "query" else self._embedder.embed_passages
        return embed(texts), sum(self._embedder.count_tokens(texts))

    def embedder(self) -> str:
        """A name."""
        return "hashing"
