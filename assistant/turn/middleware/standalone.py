"""Step 3, for follow-ups only: the standalone question, and a second search with it.

The first search ran with the previous question in front, so that evidence is on screen at once; a model's rewriting
takes a second or two.
"""

import logging
from dataclasses import replace
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langgraph.runtime import Runtime

from assistant.tracing import step
from assistant.turn import prompts, trained_prompts
from assistant.turn.context import TurnContext, TurnState
from assistant.turn.events import Found, Understood
from assistant.turn.followup import for_case
from assistant.turn.middleware.retrieve import Retrieve
from assistant.turn.ports import LanguageModels, Role
from assistant.turn.rewriting import MAX_TOKENS, cleaned, keeps_meaning
from knowledge.lexical.analyzer import Analyzer

log = logging.getLogger(__name__)


class Standalone(AgentMiddleware[TurnState, TurnContext]):
    """Has a follow-up rewritten so that it can be understood without the conversation."""

    state_schema = TurnState

    def __init__(self, models: LanguageModels, analyzer: Analyzer, retrieve: Retrieve) -> None:
        super().__init__()
        self._models = models
        self._analyzer = analyzer
        self._retrieve = retrieve

    @step("rewrite")
    def before_agent(self, state: TurnState, runtime: Runtime[TurnContext]) -> dict[str, Any] | None:
        """Rewrite and search again; keep what is there when no sensible rewriting comes."""
        understanding = state["understanding"]
        request = runtime.context.request
        if not understanding.rewritten or state.get("swept"):  # what goes through all documents stands alone
            return None
        if understanding.question == for_case(request.text, prompts.last_exchange(request.history)[0]):
            return None  # a case that was asked for, before the question it belongs to, stands alone
        role: Role = "reader" if self._models.has_reader else "llm"
        try:
            if role == "reader":
                messages = trained_prompts.alone(request.text, *prompts.last_exchange(request.history))
            else:
                messages = prompts.rewrite(request.text, understanding.language, request.history)
            written = self._models.chat(role).bind(max_tokens=MAX_TOKENS).invoke(messages).text
        except Exception as error:
            log.warning("a follow-up was not rewritten: %s", self._models.error(role, error))
            return None
        question = cleaned(written)
        stands = role == "reader" and _same(question, request.text)  # trained to leave a change of subject as it is
        if not stands and not keeps_meaning(
            self._analyzer, question, request.text, understanding.question, understanding.language
        ):
            return None
        understanding = replace(understanding, question=question)
        found = self._retrieve.find(request, understanding)
        runtime.stream_writer(Understood(understanding))
        runtime.stream_writer(Found(found["evidence"], found["searched"]))
        return {"understanding": understanding, **found}


def _same(written: str, typed: str) -> bool:
    return bool(written) and written.casefold().strip("¿?¡! .") == typed.casefold().strip("¿?¡! .")
