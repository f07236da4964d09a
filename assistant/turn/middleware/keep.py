"""Before any language model is asked: may this turn leave the computer?"""

from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langgraph.runtime import Runtime

from assistant.routing.desk import RoutingDesk
from assistant.turn.context import TurnContext, TurnState


class KeepLocal(AgentMiddleware[TurnState, TurnContext]):
    """Notes what keeps the turn here; a model elsewhere is then not asked (`assistant.locality`)."""

    state_schema = TurnState

    def __init__(self, desk: RoutingDesk) -> None:
        super().__init__()
        self._desk = desk

    def before_agent(self, state: TurnState, runtime: Runtime[TurnContext]) -> dict[str, Any] | None:
        """Look at what was said and found so far."""
        context = runtime.context
        context.keeping.lock = self._desk.lock_of(context.request, context.conversation_id, state["evidence"])
        return None
