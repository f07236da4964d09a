"""A question as a surface accepts it."""

from assistant.api.errors import TooLarge
from assistant.errors import InvalidRequest
from assistant.messages import message
from assistant.settings import TurnSettings
from assistant.storage.folding import storable


def checked_question(text: str, limits: TurnSettings, language: str | None) -> str:
    """The question without blank ends. Raises InvalidRequest (empty) and TooLarge, in the person's language."""
    question = storable(text.strip())
    if not question:
        raise InvalidRequest(message("empty_question", language))
    if len(question) > limits.max_question_chars:
        raise TooLarge(message("question_too_long", language, length=len(question), limit=limits.max_question_chars))
    return question
