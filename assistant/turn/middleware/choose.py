"""Step 4: the small model, the large one, or none; and why."""

from typing import Any

from langchain.agents.middleware import AgentMiddleware, hook_config
from langgraph.runtime import Runtime

from assistant.routing.intents import IntentClassifier
from assistant.routing.router import Signals, decide
from assistant.turn.answer import Route
from assistant.turn.context import TurnContext, TurnState
from assistant.turn.events import Routed
from assistant.turn.parts import parts_of
from assistant.turn.ports import LanguageModels


class Choose(AgentMiddleware[TurnState, TurnContext]):
    """Decides the route. Without evidence no model is asked: the answer is that the documents do not say.

    Nor is one asked when all documents were gone through: the list of them is the answer.
    """

    state_schema = TurnState

    def __init__(self, models: LanguageModels, intents: IntentClassifier) -> None:
        super().__init__()
        self._models = models
        self._intents = intents

    @hook_config(can_jump_to=["end"])
    def before_agent(self, state: TurnState, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        """Choose the model."""
        understanding = state["understanding"]
        if state.get("swept"):
            route = Route("none", "", "all_documents")
            runtime.context.clock.mark("routed")
            runtime.stream_writer(Routed(route))
            return {"route": route, "jump_to": "end"}
        decision = decide(
            Signals(
                choice=runtime.context.request.model,
                intent=understanding.intent,
                small_talk=self._intents.is_small_talk(understanding.intent),
                question=understanding.question,
                parts=len(parts_of(understanding.text)),
                follow_up=understanding.rewritten,
                evidence=state["evidence"],
                reads=self._models.has_reader,
            )
        )
        name = "" if decision.tier == "none" else self._models.name(decision.tier)
        route = Route(decision.tier, name, decision.reason)
        runtime.context.clock.mark("routed")
        runtime.stream_writer(Routed(route))
        return {"route": route, "jump_to": "end", "abstained": True} if decision.tier == "none" else {"route": route}
