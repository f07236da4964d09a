"""A question of a program, as a turn that answers it from the documents."""

from dataclasses import dataclass
from typing import get_args

from assistant.api.openai.errors import refused
from assistant.api.ports import Assistant
from assistant.api.question import checked_question
from assistant.security.person import Person
from assistant.settings import TurnSettings
from assistant.storage.rows import title_of
from assistant.turn.answer import Asked, Message, TurnRequest, wanted
from knowledge.search.filters import Filter

SURFACE = "api"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: in which words, after what was said, of which model, in which conversation, of which documents.

    Without a `conversation_id` it begins one, which the page does not list.
    """

    text: str
    said: tuple[Message, ...]
    model: str
    conversation_id: str | None
    filter: Filter


def turn_of(
    assistant: Assistant, limits: TurnSettings, asked: Question, person: Person, language: str
) -> TurnRequest:  # fmt: skip
    """The turn that is asked for; its conversation is begun. Raises InvalidRequest, TooLarge and NotFound."""
    question, conversations = checked_question(asked.text, limits, language), assistant.conversations
    model, profile = wanted(_asked(asked.model))
    if asked.conversation_id is not None:
        kept = conversations.get(person.id, asked.conversation_id)
    else:
        kept = conversations.start(person.id, language=language, title=title_of(question), surface=SURFACE)
    said = asked.said[-limits.history_messages :] if limits.history_messages else ()
    return TurnRequest(
        question, kept.id, history=said, model=model, profile=profile, interface_language=language,
        user_id=person.id, groups=person.groups, filter=asked.filter,
    )  # fmt: skip


def _asked(model: str) -> Asked:
    """A model of the list as a turn knows it. Raises InvalidRequest for one that answers without documents alone."""
    found: Asked | None = next((each for each in get_args(Asked) if each == model), None)
    if found is None:
        raise refused("needs_grounding_off", model=model)
    return found
