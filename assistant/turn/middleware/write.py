"""Step 5: the chosen model writes; the other one steps in when it cannot, or when the small one's draft fails.

First the evidence is sifted: on the small model's route the reader names the lines that answer, on the large one's that
model judges one line after the other. When no line answers, nothing is written. When one does, the model puts it in its
own words; when several do, or when its words lose their figures, the lines speak for themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Event
from typing import Any, Literal, Protocol

from langchain.agents.middleware import AgentMiddleware, ExtendedModelResponse, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage
from langgraph.types import Command

from assistant.errors import AssistantError, ModelCorrupt, ModelError, ModelUnavailable
from assistant.grounding.citations import Citer
from assistant.grounding.differing import Differing
from assistant.grounding.evidence import within
from assistant.grounding.judge import Sifted, Tell
from assistant.routing.intents import IntentClassifier
from assistant.tracing import step
from assistant.turn import prompts
from assistant.turn.answer import Evidence, Route, Understanding
from assistant.turn.context import Stopped, TurnContext, TurnState
from assistant.turn.differences import side_by_side
from assistant.turn.events import Reading, Revised, Routed, Wrote
from assistant.turn.ports import LanguageModels, Role, Searchable
from assistant.turn.quoting import introduced, quoted, says_as_much
from assistant.turn.read import CLEAR, UNCLEAR
from assistant.turn.reply import reply_of

Request = ModelRequest[TurnContext]
Response = ModelResponse[Any]
Handler = Callable[[Request], Response]
# A draft of the small model whose sentences are backed less than this, on average, is given to the large one.
DRAFT_SUPPORT = 0.6
Writer = Literal["slm", "llm"]
_OTHER: Mapping[Writer, Writer] = {"slm": "llm", "llm": "slm"}


class Sifts(Protocol):
    """Chooses the lines that answer (`Reader`, `Sifter`)."""

    def sift(
        self, understanding: Understanding, evidence: Sequence[Evidence], stopped: Event, tell: Tell
    ) -> Sifted | None:
        """The lines; None when it cannot choose."""


class Write(AgentMiddleware[TurnState, TurnContext]):
    """Builds the prompt of a model, as long as that model can read quickly, and calls it."""

    state_schema = TurnState

    def __init__(
        self,
        models: LanguageModels,
        library: Searchable,
        intents: IntentClassifier,
        citer: Citer,
        sifters: Mapping[Writer, Sifts | None],
        budgets: Mapping[Writer, int],
    ) -> None:
        super().__init__()
        self._models = models
        self._library = library
        self._intents = intents
        self._citer = citer
        self._sifters = sifters
        self._budgets = budgets

    @step("write")
    def wrap_model_call(self, request: Request, handler: Handler) -> ExtendedModelResponse[Any]:
        """Write an answer; returns it with the route that was really taken."""
        state: Any = request.state
        context = request.runtime.context
        written, route = self._first(request, handler, state["route"])
        stands_in = route.reason != state["route"].reason  # the small model, while the large one is down
        draft = context.request.model == "auto" and route.tier == "slm" and not stands_in
        if draft and state["evidence"] and not context.stopped.is_set() and not self._holds(request, written):
            try:
                written, route = self._escalated(request, handler, route)
            except ModelError:  # the small model's draft stays, and is judged like any other
                if written.sifted is not None and not written.sifted.abstains:
                    written = self._told(request, handler, "slm", written.sifted)
        update = {"route": route, "sifted": written.sifted, "quoted": written.quoted}
        if written.sifted is not None and written.sifted.abstains:
            update["abstained"] = True
        return ExtendedModelResponse(model_response=written.response, command=Command(update=update))

    def _first(self, request: Request, handler: Handler, route: Route) -> "tuple[Written, Route]":
        """The route's model, or the other one when that cannot be reached."""
        role: Writer = "slm" if route.tier == "slm" else "llm"
        try:
            return self._written(request, handler, role), route
        except (ModelUnavailable, ModelCorrupt):
            other = _OTHER[role]
            fallback = replace(route, tier=other, model=self._models.name(other), reason=f"{role}_unavailable")
            request.runtime.stream_writer(Revised("", fallback.reason))  # what a model wrote before it died
            request.runtime.stream_writer(Routed(fallback))
            return self._written(request, handler, other), fallback

    def _escalated(self, request: Request, handler: Handler, route: Route) -> "tuple[Written, Route]":
        escalated = replace(route, tier="llm", model=self._models.name("llm"), reason="escalated", escalated=True)
        request.runtime.stream_writer(Revised("", "revised_escalated"))
        request.runtime.stream_writer(Routed(escalated))
        return self._written(request, handler, "llm"), escalated

    def _written(self, request: Request, handler: Handler, role: Writer) -> "Written":
        state: Any = request.state
        sifter = self._sifters[role]
        sifted = self._sift(request, sifter) if sifter is not None and state["evidence"] else None
        if sifted is None:
            return Written(self._call(request, handler, role, self._prompt(state, request.runtime.context, role)))
        if sifted.abstains or (role == "slm" and self._passes_on(request, sifted)):
            return Written(_said(""), sifted)
        return self._told(request, handler, role, sifted)

    def _passes_on(self, request: Request, sifted: Sifted) -> bool:
        """Whether what the reader found is for the large model to decide on.

        That is what it is not sure of, and only when the large model reads well by itself: the default one does not,
        and the person sees at a glance which of the quoted lines fits. What was hopeless without reading stays so.
        """
        well = self._sifters["llm"] is None and request.runtime.context.request.model == "auto"
        return well and sifted.signals.get("found", 1.0) < CLEAR

    def _sift(self, request: Request, sifter: Sifts) -> Sifted | None:
        state: Any = request.state
        context, emit = request.runtime.context, request.runtime.stream_writer
        return sifter.sift(
            state["understanding"], state["evidence"], context.stopped, lambda line, lines: emit(Reading(line, lines))
        )

    def _told(self, request: Request, handler: Handler, role: Writer, sifted: Sifted) -> "Written":
        """The line that answers in the model's words, or several in their own."""
        context, emit = request.runtime.context, request.runtime.stream_writer
        understanding = request.state["understanding"]  # type: ignore[typeddict-item]
        quotation = quoted(sifted.reading)
        shown = introduced(quotation, understanding.language, sifted.unsaid)
        if sifted.by_case:
            shown = side_by_side(Differing("unspecified", sifted.lines), understanding.language).text
        several = not sifted.one_for_each_part and not _foreign(sifted.reading, understanding.language)
        if several or sifted.signals.get(UNCLEAR):
            context.clock.mark("wrote")
            emit(Wrote(shown))
            return Written(_said(""), sifted, quoted=True)
        if role == "slm":
            response = self._call(request, handler, "reader", list(sifted.asked))
        else:
            prompt = prompts.told(understanding.question, understanding.language, sifted.reading)
            response = self._call(request, handler, "llm", prompt)
        answer = response.result[-1].text
        if context.stopped.is_set() or says_as_much(answer, understanding.question, sifted.reading):
            return Written(response, sifted)
        emit(Revised(shown, "revised_quoted"))
        return Written(response, sifted, quoted=True)

    def _call(self, request: Request, handler: Handler, role: Role, prompt: list[BaseMessage]) -> Response:
        if request.runtime.context.stopped.is_set():
            raise Stopped
        try:
            system, *rest = prompt
            assert isinstance(system, SystemMessage)
            model = self._models.chat(role)
            return handler(request.override(model=model, system_message=system, messages=list(rest)))  # type: ignore[arg-type]
        except (AssistantError, Stopped):
            raise
        except Exception as error:
            raise self._models.error(role, error) from error

    def _prompt(self, state: Any, context: TurnContext, role: Writer) -> list[BaseMessage]:
        understanding = state["understanding"]
        if self._intents.is_small_talk(understanding.intent):
            documents = self._library.count_documents(context.request.groups)
            return prompts.small_talk(understanding.text, understanding.language, context.request.history, documents)
        evidence = within(state["evidence"], self._budgets[role])
        mark = context.mark if role == "llm" else ""
        return prompts.grounded(understanding.question, understanding.language, evidence, mark)

    def _holds(self, request: Request, written: "Written") -> bool:
        """The cheap check of a draft: the reader was sure, or what the draft says stands in the sources."""
        if written.sifted is not None:
            return not self._passes_on(request, written.sifted)
        state: Any = request.state
        answer = reply_of(written.response.result[-1].text).answer
        return self._citer.ground(answer, state["understanding"].question, state["evidence"]).share >= DRAFT_SUPPORT


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a call: the reply, what it was written from, and whether it is the documents' own words."""

    response: Response
    sifted: Sifted | None = None
    quoted: bool = False


def _said(text: str) -> Response:
    """A reply that no model wrote."""
    return ModelResponse(result=[AIMessage(text)])


def _foreign(reading: Sequence[Evidence], language: str) -> bool:
    """Whether lines are in another language than the question, so that they have to be put in its words."""
    return any(each.passage.language not in (None, language) for each in reading)
