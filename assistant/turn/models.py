"""The language models as a turn sees them: by role, with messages of LangChain, with errors of our own."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage

from assistant.errors import ModelError
from assistant.models.chat import model_error
from assistant.models.models import ModelRole, Models
from assistant.settings import Settings
from knowledge.embedder import Embedder

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class RoleModels:
    """`LanguageModels` over `assistant.models`."""

    def __init__(self, models: Models, settings: Settings) -> None:
        self._models = models
        self._names: dict[ModelRole, str] = {
            "slm": settings.slm.name,
            "llm": settings.llm.name,
            "reader": settings.slm.name,
        }
        self._answer_tokens = settings.turn.answer_tokens

    @property
    def has_reader(self) -> bool:
        """Whether the small model has the grounded adapter."""
        return self._models.has_reader

    def chat(self, role: ModelRole) -> "BaseChatModel":
        """The chat model of a role. Raises ModelUnavailable, also for one elsewhere while the turn is kept here."""
        return self._models.chat(role, max_tokens=self._answer_tokens)

    def first_token(self, role: ModelRole, messages: Sequence[BaseMessage]) -> Mapping[str, float]:
        """Log-probabilities of the likeliest first tokens of an answer."""
        return self._models.first_token_logprobs(role, [_plain(message) for message in messages])

    def name(self, role: ModelRole) -> str:
        """The model's name, for people."""
        return self._names[role]

    def embedder(self) -> Embedder:
        """The embedder of questions and documents."""
        return self._models.embedder()

    def error(self, role: ModelRole, error: Exception) -> ModelError:
        """What a failed call means, as an error a person can act on."""
        if isinstance(error, ModelError):
            return error
        return model_error(error, self._models.endpoint(role))


def _plain(message: BaseMessage) -> dict[str, str]:
    role = "assistant" if isinstance(message, AIMessage) else "system" if isinstance(message, SystemMessage) else "user"
    return {"role": role, "content": message.text}
