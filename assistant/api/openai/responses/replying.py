"""A response as an object: what was answered, with what it rests on, in the form of OpenAI's clients."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from assistant.api.openai.completion import extension_json
from assistant.turn.answer import Answer, Citation

_MARKERS = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """One response: its id, when it was begun (seconds), the model by the name it was asked by, and its request.

    `echo` is what it repeats of the request, `ignored` what made no difference.
    """

    model: str
    echo: Mapping[str, Any]
    ignored: Sequence[str] = ()
    id: str = field(default_factory=lambda: f"resp_{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def about(self) -> Object:
        """What has to be kept to make the same object again."""
        return {
            "model": self.model, "echo": dict(self.echo), "ignored": [*self.ignored], "created": self.created,
        }  # fmt: skip

    def item_id(self, kind: str, number: int = 0) -> str:
        """The id of an item of the output: the same whenever it is asked for."""
        return f"{kind}_{self.id.removeprefix('resp_')}{number or ''}"

    def whole(
        self, status: str, output: Sequence[Object] = (), usage: Mapping[str, int] | None = None, **more: Any
    ) -> Object:  # fmt: skip
        """The object, as far as it has come."""
        return {
            "id": self.id, "object": "response", "created_at": self.created, "status": status, "error": None,
            "incomplete_details": None, "model": self.model, "output": [*output], "usage": usage, **self.echo, **more,
        }  # fmt: skip

    def answered(self, answer: Answer) -> Object:
        """The object of an answer from the documents."""
        usage = usage_json(answer.usage.input_tokens, answer.usage.output_tokens)
        said = message_item(self.item_id("msg"), answer.text, annotations_of(answer))
        return self.whole("completed", [said], usage, pilares=extension_json(answer, [*self.ignored]))

    def failed(self, code: str, text: str) -> Object:
        """The object of what could not be answered."""
        return self.whole("failed", error={"code": code, "message": text})


def reply_of(response_id: str, about: Mapping[str, Any]) -> Reply:
    """What `about` was kept of."""
    return Reply(about["model"], about["echo"], about["ignored"], response_id, about["created"])


def message_item(item_id: str, text: str, annotations: Sequence[Object] = (), status: str = "completed") -> Object:
    """What was said, as an item of the output."""
    part = {"type": "output_text", "text": text, "annotations": [*annotations], "logprobs": []}
    return {"id": item_id, "type": "message", "role": "assistant", "status": status, "content": [part]}


def call_item(item_id: str, call: Mapping[str, Any], status: str = "completed") -> Object:
    """A call of a function that the model asks for; `call` is one of a chat completion."""
    function = call["function"]
    return {
        "id": item_id, "type": "function_call", "call_id": call.get("id") or item_id, "name": function.get("name", ""),
        "arguments": function.get("arguments") or "", "status": status,
    }  # fmt: skip


def annotations_of(answer: Answer) -> list[Object]:
    """Each citation of an answer, at the place of its marker; `pilares` has the exact quote and where it stands."""
    places = {int(number): found.end() for found in reversed([*_MARKERS.finditer(answer.text)])
              for number in found.group(1).split(",")}  # fmt: skip
    return [_annotation(each, places.get(each.marker, len(answer.text))) for each in answer.citations]


def _annotation(citation: Citation, index: int) -> Object:
    quoted = {"marker": citation.marker, "title": citation.title, "quote": citation.quote, "start": citation.start,
              "end": citation.end, "page": citation.page}  # fmt: skip
    return {
        "type": "file_citation", "file_id": citation.document_id, "filename": citation.document, "index": index,
        "pilares": quoted,
    }  # fmt: skip


def usage_json(read: int, written: int) -> Object:
    """Tokens read and written."""
    return {
        "input_tokens": read, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": written, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": read + written,
    }  # fmt: skip
