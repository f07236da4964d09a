"""The events of a streamed response, in the order and form that OpenAI's clients read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from assistant.api.openai.completion import pieces
from assistant.api.openai.responses.replying import Object, Reply, call_item, message_item

WAITING = ": still working\n\n"


class ResponseEvents:
    """Numbers the events of one response, and knows its items as far as they have come."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self._numbers = count()
        self._items: list[Object] = []

    def event(self, kind: str, **fields: Any) -> str:
        """One server-sent event."""
        data = {"type": kind, "sequence_number": next(self._numbers), **fields}
        return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=True)}\n\n"

    def begun(self, **more: Any) -> Iterator[str]:
        """A reader knows that the question has arrived."""
        for kind in ("created", "in_progress"):
            yield self.event(f"response.{kind}", response=self.reply.whole("in_progress", **more))

    def ended(self, response: Mapping[str, Any]) -> str:
        """The last event: `completed`, `incomplete` or `failed`, with the whole object."""
        return self.event(f"response.{response['status']}", response=response)

    def message(self, item: Object) -> Iterator[str]:
        """A message that is there as a whole: its words a few at a time, then what they rest on."""
        (part,) = item["content"]
        yield from self.message_begun(item["id"])
        yield from map(self.wrote, pieces(part["text"]))
        yield from self.message_ended(part["annotations"])

    def message_begun(self, item_id: str) -> Iterator[str]:
        """The next words are of a new message."""
        item = message_item(item_id, "")
        yield self._added({**item, "status": "in_progress", "content": []}, item)
        yield self.event("response.content_part.added", **self._place(item), content_index=0, part=item["content"][0])

    def wrote(self, words: str) -> str:
        """The next words of the message."""
        item = self._items[-1]
        item["content"][0]["text"] += words
        return self.event(
            "response.output_text.delta", **self._place(item), content_index=0, delta=words, logprobs=[]
        )  # fmt: skip

    def message_ended(self, annotations: Sequence[Object] = ()) -> Iterator[str]:
        """The message is there as a whole."""
        item = self._items[-1]
        part, place = item["content"][0], {**self._place(item), "content_index": 0}
        for number, annotation in enumerate(annotations):
            part["annotations"].append(annotation)
            yield self.event(
                "response.output_text.annotation.added", **place, annotation_index=number, annotation=annotation
            )
        yield self.event("response.output_text.done", **place, text=part["text"], logprobs=[])
        yield self.event("response.content_part.done", **place, part=part)
        yield self._done(item)

    def call_begun(self, item_id: str, call: Mapping[str, Any]) -> str:
        """The next arguments are of a new call."""
        item = call_item(item_id, {**call, "function": {**call["function"], "arguments": ""}})
        return self._added({**item, "status": "in_progress"}, item)

    def argued(self, words: str) -> str:
        """The next part of the call's arguments."""
        item = self._items[-1]
        item["arguments"] += words
        return self.event("response.function_call_arguments.delta", **self._place(item), delta=words)

    def call_ended(self) -> Iterator[str]:
        """The call is there as a whole."""
        item = self._items[-1]
        yield self.event(
            "response.function_call_arguments.done", **self._place(item), name=item["name"], arguments=item["arguments"]
        )
        yield self._done(item)

    @property
    def items(self) -> Sequence[Object]:
        """The items so far."""
        return self._items

    def _added(self, shown: Object, item: Object) -> str:
        self._items.append(item)
        return self.event("response.output_item.added", output_index=len(self._items) - 1, item=shown)

    def _done(self, item: Object) -> str:
        return self.event("response.output_item.done", output_index=len(self._items) - 1, item=item)

    def _place(self, item: Object) -> Object:
        return {"item_id": item["id"], "output_index": len(self._items) - 1}
