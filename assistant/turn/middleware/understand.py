"""Step 1: what is asked, in which language, and does it stand alone?"""

import re
from dataclasses import replace
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langgraph.runtime import Runtime

from assistant.routing.intents import Guess, IntentClassifier
from assistant.routing.mood import MoodReader
from assistant.tracing import step
from assistant.turn.answer import Finding, Message, TurnRequest, Understanding
from assistant.turn.context import TurnContext, TurnState
from assistant.turn.corpus import subject_across
from assistant.turn.events import Understood
from assistant.turn.followup import carried_over, case_named, case_shown, for_case, leans_on
from assistant.turn.language import Recognised, detect_language, recognise
from assistant.turn.strategies.comparing import compares
from assistant.turn.strategies.wants_person import wants_a_person
from knowledge.embedder import Embedder, Vectors
from knowledge.lexical.analyzer import Analyzer

# Below this a guess of small talk is not trusted: searching for nothing does less harm than chatting past a question.
SMALL_TALK_SURE = 0.55
SMALL_TALK_WORDS = 14
# "And in Paris?" resembles chat more than any other example; only from this confidence on it is taken for chat.
CONTINUATION_IS_CHAT = 0.9
LIKELY = 0.5

LISTING, COMPARISON = "listing", "comparison"
_COUNTS = re.compile(r"^\W*(?:and |y )?(?:how (?:many|much)|cuánt[oa]s?|cuant[oa]s?)\b", re.IGNORECASE)


class Understand(AgentMiddleware[TurnState, TurnContext]):
    """Finds language, intent, mood and a question to search with, and tells the surface.

    One embedding of the text serves all heads. Without `mood` nothing is said about how the person sounds.
    """

    state_schema = TurnState

    def __init__(
        self, embedder: Embedder, intents: IntentClassifier, analyzer: Analyzer, mood: MoodReader | None = None
    ) -> None:
        super().__init__()
        self._embedder = embedder
        self._intents = intents
        self._analyzer = analyzer
        self._mood = mood

    @step("understand")
    def before_agent(self, state: TurnState, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        """Understand the turn's text. A follow-up is first searched with the question before it (see Standalone)."""
        understanding = self.understand(runtime.context.request)
        runtime.context.clock.mark("understood")
        runtime.stream_writer(Understood(understanding))
        return {"understanding": understanding}

    def understand(self, request: TurnRequest) -> Understanding:
        """What the text says about itself, from one embedding of it."""
        recognised = _language(request)
        vector = self._embedder.embed_queries([request.text])[0]
        guess = self._intents.guess(vector, request.text)
        previous = last_question(request.history)
        leans = self._leans(request, recognised.language, guess) if previous else None
        intent, because = self._intent(request.text, guess, leans)
        leans = None if self._intents.is_small_talk(intent) else leans
        understanding = Understanding(
            request.text, _carried(request.text, previous, leans), recognised.language, intent,
            round(guess.confidence, 3), bool(leans), guess.in_scope, not leans, round(guess.documents, 3),
            findings=(
                Finding("language", recognised.language, round(recognised.confidence, 3), by=recognised.by),
                Finding("intent", intent, round(guess.confidence, 3), by=because),
                Finding("scope", "in" if guess.in_scope else "out", round(guess.fit, 3), guess.threshold, "examples"),
                Finding("standalone", "no" if leans else "yes", float(not leans), by=leans or "rule"),
                _answerable(guess.documents),
            ),
        )  # fmt: skip
        return self._mooded(understanding, vector)

    def _leans(self, request: TurnRequest, language: str, guess: Guess) -> str | None:
        """What makes the text lean on the conversation; "case" where it names the one that was asked for."""
        leans = leans_on(request.text, self._analyzer, language)
        if not case_named(request.text, request.history):
            return leans
        if case_shown(request.text, request.history):
            return "case"
        chat = self._intents.is_small_talk(guess.intent) and guess.small_talk and _is_chat(request.text, guess)
        return leans or (None if chat or wants_a_person(request.text) else "case")

    def _mooded(self, understanding: Understanding, vector: Vectors) -> Understanding:
        if self._mood is None:
            return understanding
        mood = self._mood.read(vector, understanding.text)
        found = (
            Finding(
                "sentiment", mood.sentiment.label, mood.sentiment.probability, mood.sentiment.threshold, "examples"
            ),
            Finding("urgency", mood.urgency.label, mood.urgency.probability, mood.urgency.threshold, "examples"),
        )
        return replace(
            understanding, sentiment=mood.sentiment.label, urgency=mood.urgency.label,
            findings=(*understanding.findings, *found),
        )  # fmt: skip

    def _intent(self, text: str, guess: Guess, leans: str | None) -> tuple[str, str]:
        """What is done with the text, and what decided."""
        if leans == "case":
            return "question", "case"
        if self._intents.is_small_talk(guess.intent):
            if not (guess.small_talk and _is_chat(text, guess)):
                return "question", "unsure_chat"
            continues = leans and text.rstrip().endswith("?") and guess.confidence < CONTINUATION_IS_CHAT
            return ("question", "continuation") if continues else (guess.intent, "examples")
        if not guess.in_scope:
            return "question", "out_of_scope"
        if guess.intent == LISTING and subject_across(text) is None and _COUNTS.match(text):
            return "question", "counted"  # of something that a document says the number of
        if guess.intent == COMPARISON and not compares(text):
            return "question", "not_compared"
        return guess.intent, "examples"


def _carried(text: str, previous: str, leans: str | None) -> str:
    if leans == "case":
        return for_case(text, previous)
    return carried_over(text, previous) if leans else text


def _answerable(documents: float) -> Finding:
    return Finding(
        "answerable", "likely" if documents >= LIKELY else "unlikely", round(documents, 3), LIKELY, "examples"
    )


def last_question(history: tuple[Message, ...]) -> str:
    """What the person said before; empty at the start of a conversation."""
    return next((message.content for message in reversed(history) if message.role == "user"), "")


def _language(request: TurnRequest) -> Recognised:
    previous = last_question(request.history)
    spoken = detect_language(previous, request.interface_language) if previous else request.interface_language
    return recognise(request.text, spoken)


def _is_chat(text: str, guess: Guess) -> bool:
    return guess.confidence >= SMALL_TALK_SURE and len(text.split()) <= SMALL_TALK_WORDS
