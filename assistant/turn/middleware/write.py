"""Step 5: the chosen model writes; the other one steps in when it cannot, or when the small one's draft fails."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ExtendedModelResponse, ModelRequest, ModelResponse
from langchain_core.messages import BaseMessage, SystemMessage
from langgraph.types import Command

from assistant.errors import AssistantError, ModelUnavailable
from assistant.grounding.citations import Citer
from assistant.grounding.evidence import within
from assistant.routing.intents import IntentClassifier
from assistant.turn import prompts
from assistant.turn.answer import Route
from assistant.turn.context import Stopped, TurnContext, TurnState
from assistant.turn.events import Revised, Routed
from assistant.turn.ports import LanguageModels, Role, Searchable
from assistant.turn.reply import reply_of

Request = ModelRequest[TurnContext]
Response = ModelResponse[Any]
Handler = Callable[[Request], Response]
# A draft of the small model whose sentences are backed less than this, on average, is given to the large one.
DRAFT_SUPPORT = 0.6
_OTHER: Mapping[Role, Role] = {"slm": "llm", "llm": "slm"}


class Write(AgentMiddleware[TurnState, TurnContext]):
    """Builds the prompt of a model, as long as that model can read quickly, and calls it."""

    state_schema = TurnState

    def __init__(
        self,
        models: LanguageModels,
        library: Searchable,
        intents: IntentClassifier,
        citer: Citer,
        budgets: Mapping[Role, int],
    ) -> None:
        super().__init__()
        self._models = models
        self._library = library
        self._intents = intents
        self._citer = citer
        self._budgets = budgets

    def wrap_model_call(self, request: Request, handler: Handler) -> ExtendedModelResponse[Any]:
        """Write an answer; returns it with the route that was really taken."""
        state: Any = request.state
        context = request.runtime.context
        response, route = self._first(request, handler, state["route"])
        draft = context.request.model == "auto" and route.tier == "slm" and bool(state["evidence"])
        if draft and not context.stopped.is_set() and not self._holds(response, state):
            with contextlib.suppress(ModelUnavailable):  # the small model's draft stays, and is judged like any other
                response, route = self._escalated(request, handler, route)
        return ExtendedModelResponse(model_response=response, command=Command(update={"route": route}))

    def _first(self, request: Request, handler: Handler, route: Route) -> tuple[Response, Route]:
        """The route's model, or the other one when that cannot be reached."""
        role: Role = "slm" if route.tier == "slm" else "llm"
        try:
            return self._call(request, handler, role), route
        except ModelUnavailable:
            other = _OTHER[role]
            fallback = replace(route, tier=other, model=self._models.name(other), reason=f"{role}_unavailable")
            request.runtime.stream_writer(Routed(fallback))
            return self._call(request, handler, other), fallback

    def _escalated(self, request: Request, handler: Handler, route: Route) -> tuple[Response, Route]:
        escalated = replace(route, tier="llm", model=self._models.name("llm"), reason="escalated", escalated=True)
        request.runtime.stream_writer(Revised("", "revised_escalated"))
        request.runtime.stream_writer(Routed(escalated))
        return self._call(request, handler, "llm"), escalated

    def _call(self, request: Request, handler: Handler, role: Role) -> Response:
        try:
            system, *rest = self._prompt(request.state, request.runtime.context, role)
            assert isinstance(system, SystemMessage)
            model = self._models.chat(role)
            return handler(request.override(model=model, system_message=system, messages=list(rest)))  # type: ignore[arg-type]
        except (AssistantError, Stopped):
            raise
        except Exception as error:
            raise self._models.error(role, error) from error

    def _prompt(self, state: Any, context: TurnContext, role: Role) -> list[BaseMessage]:
        understanding = state["understanding"]
        if self._intents.is_small_talk(understanding.intent):
            documents = self._library.count_documents(context.request.groups)
            return prompts.small_talk(understanding.text, understanding.language, context.request.history, documents)
        evidence = within(state["evidence"], self._budgets[role])
        return prompts.grounded(understanding.question, understanding.language, evidence)

    def _holds(self, response: Response, state: Any) -> bool:
        """The cheap check of a draft: what it says stands in the sources."""
        answer = reply_of(response.result[-1].text).answer
        return self._citer.ground(answer, state["understanding"].question, state["evidence"]).share >= DRAFT_SUPPORT
