"""The chunks of a chat completion as the events of a response."""

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.api.openai.responses.calling import status_of, usage_of
from assistant.api.openai.responses.events import ResponseEvents
from assistant.api.openai.responses.replying import Object


class Writing:
    """Reads chunk after chunk. What a model writes is a message, then calls, one after the other."""

    def __init__(self, stream: ResponseEvents) -> None:
        self._stream = stream
        self._call: Any = None
        self._open = ""
        self._calls = 0
        self._reason: str | None = None
        self._usage: Object | None = None

    def read(self, chunk: Mapping[str, Any]) -> Iterator[str]:
        """The events of the next chunk."""
        self._usage = usage_of(chunk) or self._usage
        for choice in chunk.get("choices") or ():
            self._reason = choice.get("finish_reason") or self._reason
            delta = choice.get("delta") or {}
            if delta.get("content"):
                yield from self._words(delta["content"])
            for call in delta.get("tool_calls") or ():
                yield from self._called(call)

    @property
    def is_whole(self) -> bool:
        """Whether the model has said why it ended."""
        return self._reason is not None

    def end(self) -> Iterator[str]:
        """The last item is there as a whole."""
        if self._open:
            yield from self._stream.message_ended() if self._open == "message" else self._stream.call_ended()
        self._open = ""

    def ended(self) -> Object:
        """The status, the output, the usage."""
        return {**status_of(self._reason), "output": [*self._stream.items], "usage": self._usage}

    def _words(self, words: str) -> Iterator[str]:
        if self._open != "message":
            yield from self.end()
            number = sum(each["type"] == "message" for each in self._stream.items)
            yield from self._stream.message_begun(self._stream.reply.item_id("msg", number))
            self._open = "message"
        yield self._stream.wrote(words)

    def _called(self, call: Mapping[str, Any]) -> Iterator[str]:
        """A call with another index than the last one is a new one."""
        if self._open != "call" or call.get("index") != self._call:
            yield from self.end()
            self._calls += 1
            function = {"name": (call.get("function") or {}).get("name") or ""}
            item_id = self._stream.reply.item_id("fc", self._calls)
            yield self._stream.call_begun(item_id, {"id": call.get("id"), "function": function})
            self._open, self._call = "call", call.get("index")
        if words := (call.get("function") or {}).get("arguments"):
            yield self._stream.argued(words)
