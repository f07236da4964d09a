"""A question as a surface accepts it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.api.errors import TooLarge
from assistant.errors import InvalidRequest
from assistant.messages import message
from assistant.settings import TurnSettings
from assistant.storage.folding import storable
from knowledge.search.filters import Filter

_Names = Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=100)]


class AskedOf(BaseModel):
    """The `filter` of a question: which documents it is asked of. Times are ISO 8601; without a zone they are UTC."""

    model_config = ConfigDict(extra="forbid")

    sources: _Names = []
    types: _Names = []
    languages: _Names = []
    tags: _Names = []
    documents: _Names = []
    since: datetime | None = None
    until: datetime | None = None

    def as_filter(self) -> Filter:
        """The same for a search."""
        return Filter.of(**dict(self))


def checked_question(text: str, limits: TurnSettings, language: str | None) -> str:
    """The question without blank ends. Raises InvalidRequest (empty) and TooLarge, in the person's language."""
    question = storable(text.strip())
    if not question:
        raise InvalidRequest(message("empty_question", language))
    if len(question) > limits.max_question_chars:
        raise TooLarge(message("question_too_long", language, length=len(question), limit=limits.max_question_chars))
    return question
