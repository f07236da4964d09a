"""What was said before a response: read where it is kept, as its person may see it now."""

from collections.abc import Sequence
from typing import Any

from assistant.api.openai.body import MOST_MESSAGES
from assistant.api.openai.responses.items import CallItem, Message, MessageItem, chat_messages
from assistant.api.openai.responses.replying import Object, reply_of
from assistant.storage.conversations import Conversations
from assistant.storage.responses import Responses, StoredResponse

Chain = Sequence[StoredResponse]


class Shelf:
    """Stored responses of everybody; each is reached through the person it belongs to."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations, self._responses = conversations, Responses(conversations.database)

    def keep(self, user_id: str, response: StoredResponse) -> None:
        """Store one, to be gone on with."""
        self._responses.keep(user_id, response)

    def chain(self, user_id: str, response_id: str | None) -> Chain:
        """A response and those it went on from, oldest first. Raises NotFound."""
        return self._responses.chain(user_id, response_id, MOST_MESSAGES)

    def messages(self, user_id: str, chain: Chain) -> list[Message]:
        """What was said in them, as messages of chat requests. Raises NotFound."""
        found: list[Message] = []
        for each in chain:
            found += [*map(dict, each.given), *self._answered(user_id, each)]
        return found[-MOST_MESSAGES:]

    def conversation(self, user_id: str, chain: Chain) -> str | None:
        """The conversation that goes on with the chain: its last one, unless that has gone another way since."""
        last = chain[-1] if chain else None
        if last is None or last.conversation_id is None:
            return None
        turns = self._conversations.turns(user_id, last.conversation_id)
        newest = turns[-1].answer if turns else None
        return last.conversation_id if newest is not None and newest.id == last.answer_id else None

    def whole(self, user_id: str, response_id: str) -> Object:
        """The object of a stored response. Raises NotFound."""
        stored = self._responses.get(user_id, response_id)
        reply = reply_of(stored.id, stored.about)
        if stored.answer_id is not None:
            return reply.answered(self._conversations.answer(user_id, stored.answer_id))
        return reply.whole(**stored.about["ended"])

    def forget(self, user_id: str, response_id: str) -> Object:
        """Delete one. Raises NotFound."""
        gone = self._responses.forget(user_id, response_id)
        return {
            "id": gone.id, "object": "response", "deleted": True,
            "pilares": {"conversation_id": gone.conversation_id},
        }  # fmt: skip

    def _answered(self, user_id: str, stored: StoredResponse) -> list[Message]:
        if stored.answer_id is not None:
            return [{"role": "assistant", "content": self._conversations.answer(user_id, stored.answer_id).text}]
        return chat_messages(_item(each) for each in stored.about["ended"]["output"])


def _item(output: dict[str, Any]) -> MessageItem | CallItem:
    return (CallItem if output["type"] == "function_call" else MessageItem).model_validate(output)
