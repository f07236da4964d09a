"""An answer in the form of a chat completion, whole or in chunks."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from assistant.api.wire import route_json
from assistant.turn.answer import Answer

_PIECE = re.compile(r"(?:\S+\s*){1,6}|\s+")
DONE = "data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion: its id, when it was begun (seconds), and the model by the name it was asked by."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, answer: Answer, ignored: list[str]) -> dict[str, Any]:
        """The completion as one object."""
        said = {"role": "assistant", "content": answer.text, "refusal": None}
        choice = {"index": 0, "message": said, "finish_reason": "stop", "logprobs": None}
        return {
            **self._about("chat.completion"),
            "choices": [choice],
            "usage": usage_json(answer),
            "pilares": extension_json(answer, ignored),
        }

    def begun(self, conversation_id: str) -> str:
        """The first chunk: a reader knows that the question has arrived, and where it is kept."""
        return self._chunk({"role": "assistant", "content": ""}, pilares={"conversation_id": conversation_id})

    def wrote(self, text: str) -> str:
        """A chunk with the next words."""
        return self._chunk({"content": text})

    def ended(self, answer: Answer, ignored: list[str], *, include_usage: bool) -> Iterator[str]:
        """The last chunks: why it ended and what it rests on, then the usage if it was asked for, then the end."""
        yield self._chunk({}, finish_reason="stop", pilares=extension_json(answer, ignored))
        if include_usage:
            about = {**self._about("chat.completion.chunk"), "choices": [], "usage": usage_json(answer)}
            yield sent(about)
        yield DONE

    def _about(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}

    def _chunk(self, delta: Mapping[str, Any], *, finish_reason: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return sent({**self._about("chat.completion.chunk"), "choices": [choice], **more})


def pieces(text: str) -> Iterator[str]:
    """A text in pieces of a few words; joined they are the text."""
    yield from _PIECE.findall(text)


def sent(data: Mapping[str, Any]) -> str:
    """A server-sent event without a name, as OpenAI's are."""
    return f"data: {json.dumps(data, ensure_ascii=True)}\n\n"


def usage_json(answer: Answer) -> dict[str, int]:
    """Tokens of all models that took part."""
    read, written = answer.usage.input_tokens, answer.usage.output_tokens
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def extension_json(answer: Answer, ignored: list[str]) -> dict[str, Any]:
    """What only Pilares says of an answer: what it rests on, which way it went, and where it is kept."""
    return {
        "answer_id": answer.id,
        "conversation_id": answer.conversation_id,
        "answer": answer.text,
        "abstained": answer.abstained,
        "language": answer.understanding.language,
        "intent": answer.understanding.intent,
        "route": route_json(answer.route),
        "citations": [asdict(each) for each in answer.citations],
        "support": [asdict(each) for each in answer.support],
        "searched": answer.searched,
        "timings": asdict(answer.timings),
        "usage": asdict(answer.usage),
        "ignored": ignored,
    }


def headers_of(answer: Answer) -> dict[str, str]:
    """The same in short, for whoever reads headers."""
    scores = [each.score for each in answer.support]
    return {
        "x-pilares-answer": answer.id,
        "x-pilares-conversation": answer.conversation_id,
        "x-pilares-tier": answer.route.tier,
        "x-pilares-model": _plain(answer.route.model),
        "x-pilares-reason": _plain(answer.route.reason),
        "x-pilares-abstained": "true" if answer.abstained else "false",
        "x-pilares-citations": str(len(answer.citations)),
        **({"x-pilares-support": f"{min(scores):.3f}"} if scores else {}),
    }


def _plain(text: str) -> str:
    return text.encode("ascii", "replace").decode().replace("\r", " ").replace("\n", " ")
