"""Step 4: the small model, the large one, or none; and why."""

from dataclasses import replace
from typing import Any

from langchain.agents.middleware import AgentMiddleware, hook_config
from langgraph.runtime import Runtime

from assistant.errors import ModelUnavailable
from assistant.messages import message
from assistant.routing.desk import RoutingDesk
from assistant.routing.intents import IntentClassifier
from assistant.routing.router import Signals
from assistant.tracing import step
from assistant.turn.answer import Route
from assistant.turn.context import TurnContext, TurnState
from assistant.turn.energy import NO_METER, Meter
from assistant.turn.events import Routed
from assistant.turn.parts import parts_of
from assistant.turn.ports import LanguageModels


class Choose(AgentMiddleware[TurnState, TurnContext]):
    """Decides the route. Without evidence no model is asked: the answer is that the documents do not say.

    Nor is one asked when all documents were gone through: the list of them is the answer.
    """

    state_schema = TurnState

    def __init__(
        self, models: LanguageModels, intents: IntentClassifier, desk: RoutingDesk, meter: Meter = NO_METER
    ) -> None:
        super().__init__()
        self._models = models
        self._intents = intents
        self._desk = desk
        self._meter = meter

    @hook_config(can_jump_to=["end"])
    @step("choose")
    def before_agent(self, state: TurnState, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        """Choose the model."""
        context, understanding = runtime.context, state["understanding"]
        context.joules = self._meter.joules()
        if state.get("swept"):
            route = Route("none", "", "all_documents")
            context.clock.mark("routed")
            runtime.stream_writer(Routed(route))
            return {"route": route, "jump_to": "end"}
        signals = Signals(
            choice=context.request.model,
            intent=understanding.intent,
            small_talk=self._intents.is_small_talk(understanding.intent),
            question=understanding.question,
            parts=len(parts_of(understanding.text)),
            follow_up=understanding.rewritten,
            evidence=state["evidence"],
            reads=self._models.has_reader,
            task=context.task,
        )
        route = self._route(signals, context)
        context.clock.mark("routed")
        runtime.stream_writer(Routed(route))
        return {"route": route, "jump_to": "end", "abstained": True} if route.tier == "none" else {"route": route}

    def _route(self, signals: Signals, context: TurnContext) -> Route:
        """The route, also with what a second search found. Raises ModelUnavailable when no model may answer."""
        request = context.request
        lock = self._desk.lock_of(request, context.conversation_id, signals.evidence)
        context.keeping.lock = lock
        route = self._desk.route(signals, request, context.conversation_id, lock)
        if route.reason == "no_local_model":
            raise ModelUnavailable(message(route.reason, request.interface_language))
        if lock and "llm" in self._desk.remote and route.tier == "slm":
            context.request = replace(request, model="slm")  # no second opinion of a model that may not be asked
        return replace(route, model="" if route.tier == "none" else self._models.name(route.tier))
