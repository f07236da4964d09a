"""Step 3, for follow-ups only: the standalone question, and a second search with it.

The first search ran with the previous question in front, so that evidence is on screen at once; a model's rewriting
takes a second or two.
"""

import logging
import re
from dataclasses import replace
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langgraph.runtime import Runtime

from assistant.turn import prompts, trained_prompts
from assistant.turn.context import TurnContext, TurnState
from assistant.turn.events import Found, Understood
from assistant.turn.middleware.retrieve import Retrieve
from assistant.turn.ports import LanguageModels, Role
from knowledge.lexical.analyzer import Analyzer

log = logging.getLogger(__name__)

MAX_TOKENS = 60
_PREFIX = re.compile(
    r"^\W*(?:question|pregunta|q|p|rewritten question|última pregunta|last question)\s*:\s*", re.IGNORECASE
)


class Standalone(AgentMiddleware[TurnState, TurnContext]):
    """Has a follow-up rewritten so that it can be understood without the conversation."""

    state_schema = TurnState

    def __init__(self, models: LanguageModels, analyzer: Analyzer, retrieve: Retrieve) -> None:
        super().__init__()
        self._models = models
        self._analyzer = analyzer
        self._retrieve = retrieve

    def before_agent(self, state: TurnState, runtime: Runtime[TurnContext]) -> dict[str, Any] | None:
        """Rewrite and search again; keep what is there when no sensible rewriting comes."""
        understanding = state["understanding"]
        if not understanding.rewritten:
            return None
        request = runtime.context.request
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
        question = _cleaned(written)
        stands = role == "reader" and _same(question, request.text)  # trained to leave a change of subject as it is
        if not stands and not self._keeps_meaning(
            question, request.text, understanding.question, understanding.language
        ):
            return None
        understanding = replace(understanding, question=question)
        found = self._retrieve.find(request, understanding)
        runtime.stream_writer(Understood(understanding))
        runtime.stream_writer(Found(found["evidence"], found["searched"]))
        return {"understanding": understanding, **found}

    def _keeps_meaning(self, written: str, typed: str, carried: str, language: str) -> bool:
        """A rewriting says at least half of what was typed, adds something from before, and little else."""
        if not written or len(written) > 300:
            return False
        terms = set(self._analyzer.query_terms(written, language))
        said = set(self._analyzer.query_terms(typed, language))
        known = set(self._analyzer.query_terms(carried, language))
        return 2 * len(said & terms) >= len(said) and bool(terms - said) and len(terms - known) <= 3


def _same(written: str, typed: str) -> bool:
    return bool(written) and written.casefold().strip("¿?¡! .") == typed.casefold().strip("¿?¡! .")


def _cleaned(written: str) -> str:
    first = next((line for line in written.strip().splitlines() if line.strip()), "")
    return _PREFIX.sub("", first).strip().strip('"«»“”')
