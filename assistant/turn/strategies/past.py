"""What "this" and "the answer above" are: the last answer of the conversation, and the documents it rests on."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from assistant.storage.records import Turn
from assistant.turn.answer import Answer, TaskState
from assistant.turn.strategies.strategy import Scene


class Past(Protocol):
    """The conversations as a person may read them now (`assistant.storage.Conversations` is one)."""

    def turns(self, user_id: str, conversation_id: str) -> Sequence[Turn]:
        """All turns, oldest first."""

    def task(self, user_id: str, conversation_id: str) -> TaskState | None:
        """What the newest answer left unfinished."""


def last_answer(scene: Scene, past: Past, local_user: str) -> Answer | None:
    """The newest answer that says something; None at the beginning, and for a program that sends its own history."""
    request = scene.context.request
    if not request.history:
        return None
    turns = past.turns(request.user_id or local_user, scene.context.conversation_id)
    answers = [turn.answer for turn in turns if turn.answer is not None and turn.id != scene.context.turn_id]
    return answers[-1] if answers else None


def said_last(scene: Scene) -> str:
    """The text of the last message of the assistant in the history of the request."""
    return next((each.content for each in reversed(scene.context.request.history) if each.role == "assistant"), "")


def document_of(answer: Answer | None) -> str | None:
    """The id of the document that an answer rests on most."""
    if answer is None:
        return None
    ids = [each.document_id for each in answer.citations] or [each.passage.document_id for each in answer.evidence[:1]]
    return Counter(ids).most_common(1)[0][0] if ids else None
