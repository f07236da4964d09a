"""The way of one turn, from top to bottom.

    Understand   language, intent, mood, does it stand alone?    -> Understood
    Delegate     a strategy that needs no documents takes over   -> Routed, Wrote ...
    Retrieve     passages, and the sentences to be read          -> Found
    KeepLocal    may a model elsewhere see this turn?
    Standalone   follow-ups only: rewritten, searched again      -> Understood, Found
    Delegate     a strategy takes over what was found            -> Routed, Wrote ...
    Choose       small model, large model or none, and why       -> Routed
    Write        lines sifted, an answer written; falls back,
                 escalates                                       -> Wrote ..., Revised, Routed
    Conclude     checked, cited or withheld, stored              -> Revised, Finished

Each step is a LangChain middleware in a file of its own under `assistant/turn/middleware`; what they share is in
`assistant/turn/context.py`. A new step is one more file and one more line here; so is another way to answer than the
grounded question, a strategy in `assistant/turn/strategies`. The first that takes a turn ends it.
"""

from collections.abc import Iterator, Mapping, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any

from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.outputs import LLMResult

from assistant import adapting, locality, metering
from assistant.errors import AssistantError
from assistant.grounding.citations import Citer, without_markers
from assistant.grounding.evidence import EvidenceSelector
from assistant.grounding.support.check import SupportCheck
from assistant.grounding.vectors import SentenceVectors
from assistant.messages import message
from assistant.metering import Tally
from assistant.routing.desk import RoutingDesk
from assistant.routing.intents import IntentClassifier
from assistant.routing.mood import MoodReader
from assistant.settings import Settings
from assistant.telemetry.turns import TraceCalls, traced_turn
from assistant.tracing import Tracer
from assistant.turn.cases import Cases
from assistant.turn.context import Stopped, TurnContext
from assistant.turn.energy import NO_METER, Meter
from assistant.turn.events import Failed, Finished, Revised, Routed, TurnEvent, Wrote
from assistant.turn.middleware.choose import Choose
from assistant.turn.middleware.conclude import Conclude
from assistant.turn.middleware.delegate import Delegate
from assistant.turn.middleware.keep import KeepLocal
from assistant.turn.middleware.retrieve import Raises, Retrieve
from assistant.turn.middleware.standalone import Standalone
from assistant.turn.middleware.understand import Understand
from assistant.turn.middleware.write import Write
from assistant.turn.ports import LanguageModels, Searchable, TurnStore
from assistant.turn.read import Reader
from assistant.turn.remembering import Remembering
from assistant.turn.reply import AnswerStream
from assistant.turn.sift import Sifter
from assistant.turn.strategies.strategy import Strategy
from knowledge.errors import KnowledgeError
from knowledge.lexical.analyzer import Analyzer

_MODEL_NODE = "model"


class TurnAgent:
    """Runs turns. Built once per process; turns may run side by side."""

    def __init__(
        self,
        models: LanguageModels,
        library: Searchable,
        vectors: SentenceVectors,
        intents: IntentClassifier,
        store: TurnStore,
        settings: Settings,
        desk: RoutingDesk | None = None,
        meter: Meter = NO_METER,
        mood: MoodReader | None = None,
        *,
        before_search: Sequence[Strategy] = (),
        after_search: Sequence[Strategy] = (),
        raises: Raises | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        embedder, analyzer = Remembering(models.embedder()), Analyzer()
        selector, citer = EvidenceSelector(vectors, analyzer), Citer(vectors, analyzer)
        self.desk = desk = desk or RoutingDesk(settings, embedder)
        budget = settings.llm.evidence_tokens
        reader = Reader(models, vectors, citer, Cases(analyzer)) if models.has_reader else None
        judge = Sifter(models, vectors, citer) if settings.llm.sifts else None
        self._first = reader or judge
        self._reader, self._tracer = reader, tracer
        self._strategies, self._raises = (*before_search, *after_search), raises
        support = SupportCheck.over(models, vectors) if models.has_reader else None
        most = settings.turn.passages
        retrieve = Retrieve(library, embedder, vectors, selector, intents, tokens=budget, most=most, raises=raises)
        self._graph = create_agent(
            model=models.chat("slm"),  # the default; Write calls the one that Choose has chosen
            context_schema=TurnContext,
            middleware=[
                Understand(embedder, intents, analyzer, mood),
                Delegate("before_search", before_search, models, library),
                retrieve,
                KeepLocal(desk),
                Standalone(models, analyzer, retrieve),
                Delegate("after_search", after_search, models, library),
                Choose(models, intents, desk, meter),
                Write(
                    models,
                    library,
                    intents,
                    citer,
                    {"slm": reader, "llm": judge},
                    {"slm": settings.slm.evidence_tokens, "llm": budget},
                ),
                Conclude(models, library, citer, store, meter, settings.turn.least_confidence, support),
            ],
        )

    def prime(self) -> None:
        """Have what chooses lines read once what all its prompts begin with, so that the first person need not wait.

        Raises ModelUnavailable.
        """
        if self._first is not None:
            self._first.prime()
        for strategy in self._strategies:
            strategy.prime()
        if self._raises is not None:
            self._raises.prime()

    @property
    def opening(self) -> Sequence[Mapping[str, str]]:
        """What all prompts of the reader begin with, for an adapter that is about to serve; empty without a reader."""
        return self._reader.opening if self._reader is not None else ()

    def run(self, context: TurnContext) -> Iterator[TurnEvent]:
        """Run one turn in a thread of its own and hand its events on as they come.

        Closing the iterator sets `context.stopped`; the model then stops with its next token; nothing is waited for.
        """
        events: SimpleQueue[TurnEvent | None] = SimpleQueue()
        Thread(target=self._work, args=(context, events), name=f"turn-{context.turn_id[:8]}", daemon=True).start()
        try:
            while (event := events.get()) is not None:
                yield event
        finally:
            context.stopped.set()

    def _work(self, context: TurnContext, events: "SimpleQueue[TurnEvent | None]") -> None:
        locality.follow(context.keeping)
        metering.follow(context.tally)
        adapting.follow(context.adapting)
        try:
            with traced_turn(self._tracer, context) as note:
                for event in self._ended_well(context):
                    note(event)
                    events.put(event)
        finally:
            context.adapting.release()
            events.put(None)

    def _ended_well(self, context: TurnContext) -> Iterator[TurnEvent]:
        """The events of a turn; whatever goes wrong is the last of them."""
        try:
            context.keeping.lock = self.desk.lock_of(context.request, context.conversation_id, ())
            yield from self._events(context)
        except Stopped:
            pass
        except (AssistantError, KnowledgeError) as error:
            yield Failed(str(error), context.conversation_id)
        except Exception:
            import logging

            logging.getLogger(__name__).exception("turn %s failed", context.turn_id)
            yield Failed(message("failed", context.request.interface_language), context.conversation_id)

    def _events(self, context: TurnContext) -> Iterator[TurnEvent]:
        """LangGraph's stream as turn events: what steps emit passes through, tokens of the model become Wrote."""
        answer: AnswerStream | None = None
        written = False
        traces = [] if self._tracer is None else [TraceCalls()]
        stream = self._graph.stream(
            {"messages": [HumanMessage(context.request.text)]},
            context=context,
            config={"callbacks": [StopAtToken(context), CountTokens(context.tally), *traces]},
            stream_mode=["custom", "messages"],
        )
        item: Any
        for mode, item in stream:
            if mode == "custom":
                if isinstance(item, Routed | Revised):
                    answer, written = AnswerStream(), isinstance(item, Revised) and bool(item.text)
                written = written or isinstance(item, Wrote)
                if isinstance(item, Finished) and not written and not item.answer.abstained:
                    yield Wrote(without_markers(item.answer.text))  # the model quoted and left it at that
                elif isinstance(item, Finished) and context.aside is not None and not item.answer.abstained:
                    yield Wrote(f"\n\n{context.aside.text}")
                if isinstance(item, Finished):
                    self.desk.record(item.answer)
                yield item
            elif answer is not None and (text := _token(item)) and (shown := answer.take(text)):
                context.clock.mark("wrote")
                written = True
                yield Wrote(shown)


class StopAtToken(BaseCallbackHandler):
    """Ends generation with the next token once the turn was stopped: closing the connection frees the model's slot."""

    raise_error = True

    def __init__(self, context: TurnContext) -> None:
        self._context = context

    def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:
        """Check for stop."""
        if self._context.stopped.is_set():
            raise Stopped


class CountTokens(BaseCallbackHandler):
    """Adds what every chat model read and wrote to the turn's tally."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        """A call came back."""
        for generation in (each for group in response.generations for each in group):
            message = getattr(generation, "message", None)
            if isinstance(message, AIMessage) and (used := message.usage_metadata):
                name = str(message.response_metadata.get("model_name", ""))
                self._tally.add(name, used["input_tokens"], used["output_tokens"])


def _token(item: Any) -> str:
    chunk, metadata = item
    return chunk.text if metadata.get("langgraph_node") == _MODEL_NODE and isinstance(chunk, AIMessageChunk) else ""
