"""Step 1: what is asked, in which language, and does it stand alone?"""

import re
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langgraph.runtime import Runtime

from assistant.routing.intents import Guess, IntentClassifier
from assistant.turn.answer import Message, TurnRequest, Understanding
from assistant.turn.context import TurnContext, TurnState
from assistant.turn.corpus import subject_across
from assistant.turn.events import Understood
from assistant.turn.followup import carried_over, depends_on_history
from assistant.turn.language import detect_language
from knowledge.embedder import Embedder
from knowledge.lexical.analyzer import Analyzer

# Below this a guess of small talk is not trusted: searching for nothing does less harm than chatting past a question.
SMALL_TALK_SURE = 0.55
SMALL_TALK_WORDS = 14
# "And in Paris?" resembles chat more than any other example; only from this confidence on it is taken for chat.
CONTINUATION_IS_CHAT = 0.9


LISTING = "listing"
_COUNTS = re.compile(r"^\W*(?:and |y )?(?:how (?:many|much)|cuánt[oa]s?|cuant[oa]s?)\b", re.IGNORECASE)


class Understand(AgentMiddleware[TurnState, TurnContext]):
    """Finds language, intent and a question to search with, and tells the surface."""

    state_schema = TurnState

    def __init__(self, embedder: Embedder, intents: IntentClassifier, analyzer: Analyzer) -> None:
        super().__init__()
        self._embedder = embedder
        self._intents = intents
        self._analyzer = analyzer

    def before_agent(self, state: TurnState, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        """Understand the turn's text. A follow-up is first searched with the question before it (see Standalone)."""
        request = runtime.context.request
        language = _language(request)
        intent, confidence = self._intent(request.text)
        previous = last_question(request.history)
        follows = bool(previous) and depends_on_history(request.text, self._analyzer, language)
        if self._intents.is_small_talk(intent):
            follows = follows and request.text.rstrip().endswith("?") and confidence < CONTINUATION_IS_CHAT
            intent = "question" if follows else intent
        question = carried_over(request.text, previous) if follows else request.text
        if intent == LISTING and subject_across(request.text) is None and _COUNTS.match(request.text):
            intent = "question"  # of something that a document says the number of
        understanding = Understanding(request.text, question, language, intent, confidence, follows)
        runtime.context.clock.mark("understood")
        runtime.stream_writer(Understood(understanding))
        return {"understanding": understanding}

    def _intent(self, text: str) -> tuple[str, float]:
        guess = self._intents.guess(self._embedder.embed_queries([text])[0])
        trusted = not guess.small_talk or _is_chat(text, guess)
        return guess.intent if trusted else "question", round(guess.confidence, 3)


def last_question(history: tuple[Message, ...]) -> str:
    """What the person said before; empty at the start of a conversation."""
    return next((message.content for message in reversed(history) if message.role == "user"), "")


def _language(request: TurnRequest) -> str:
    previous = last_question(request.history)
    spoken = detect_language(previous, request.interface_language) if previous else request.interface_language
    return detect_language(request.text, spoken)


def _is_chat(text: str, guess: Guess) -> bool:
    return guess.confidence >= SMALL_TALK_SURE and len(text.split()) <= SMALL_TALK_WORDS
