"""A strategy takes the turn over, when one knows better than a question to the documents what to do with it."""

from collections.abc import Sequence
from typing import Any, Literal

from langchain.agents.middleware import AgentMiddleware, hook_config
from langgraph.runtime import Runtime

from assistant.tracing import step
from assistant.turn.context import TurnContext, TurnState
from assistant.turn.outcome import Aside
from assistant.turn.ports import LanguageModels, Searchable
from assistant.turn.strategies.strategy import Scene, Strategy


class Delegate(AgentMiddleware[TurnState, TurnContext]):
    """Asks strategies in order; the first that takes the turn ends it, and only Conclude comes after."""

    state_schema = TurnState

    def __init__(
        self,
        when: Literal["before_search", "after_search"],
        strategies: Sequence[Strategy],
        models: LanguageModels,
        library: Searchable,
    ) -> None:
        super().__init__()
        self._when = when
        self._strategies = tuple(strategies)
        self._models = models
        self._library = library

    @property
    def name(self) -> str:
        """The step is there twice, and steps are told apart by their names."""
        return f"Delegate_{self._when}"

    @hook_config(can_jump_to=["end"])
    @step("delegate")
    def before_agent(self, state: TurnState, runtime: Runtime[TurnContext]) -> dict[str, Any] | None:
        """Find the strategy."""
        scene = Scene(
            runtime.context, state["understanding"], self._models, self._library, runtime.stream_writer,
            state.get("evidence", ()), state.get("documents", ()), state.get("searched", 0),
        )  # fmt: skip
        for strategy in self._strategies:
            match strategy.begin(scene):
                case None:
                    continue
                case Aside() as aside:
                    runtime.context.aside = aside
                case outcome:
                    return {"outcome": outcome, "jump_to": "end"}
        return None
