"""Step 6: the draft is checked, cited or withheld, stored, and only then finished."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import AIMessage
from langgraph.runtime import Runtime

from assistant.errors import ModelError
from assistant.grounding.abstain import LEAST_CONFIDENCE, must_abstain
from assistant.grounding.check import yes_probability
from assistant.grounding.citations import Citer, Grounded, without_markers
from assistant.grounding.differing import differing
from assistant.grounding.judge import Sifted
from assistant.grounding.names import first_signals
from assistant.messages import counted, message
from assistant.tracing import step
from assistant.turn import prompts
from assistant.turn.answer import Answer, Citation, Route, Understanding, Usage
from assistant.turn.context import TurnContext, TurnState
from assistant.turn.differences import side_by_side
from assistant.turn.energy import NO_METER, Meter
from assistant.turn.events import Finished, Revised
from assistant.turn.faithful import ChecksLines, faithful
from assistant.turn.listing import listed
from assistant.turn.outcome import Outcome
from assistant.turn.ports import LanguageModels, Searchable, TurnStore
from assistant.turn.quoting import cited, introduced, quoted
from assistant.turn.reply import reply_of

NAMED_DOCUMENTS = 3


class Conclude(AgentMiddleware[TurnState, TurnContext]):
    """Makes an Answer of a draft: support of every sentence, citations, or an honest abstention."""

    state_schema = TurnState

    def __init__(
        self,
        models: LanguageModels,
        library: Searchable,
        citer: Citer,
        store: TurnStore,
        meter: Meter = NO_METER,
        least_confidence: float = LEAST_CONFIDENCE,
        check: ChecksLines | None = None,
    ) -> None:
        super().__init__()
        self._models = models
        self._library = library
        self._citer = citer
        self._store = store
        self._meter = meter
        self._support = check
        self._least = least_confidence

    @step("conclude")
    def after_agent(self, state: TurnState, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        """Conclude the turn."""
        context = runtime.context
        if outcome := state.get("outcome"):
            _settle_aside(context, outcome.abstained)
            return self._finish(self._delegated(outcome, state, context), runtime)
        draft = _draft(state)
        if self._misread(draft, state) and not context.stopped.is_set():
            state["quoted"] = True
            shown = self._introduced(quoted(state["sifted"].reading), state)
            runtime.stream_writer(Revised(shown, "revised_quoted"))
        signals: Mapping[str, float] = {}
        if swept := state.get("swept"):
            grounded, abstained = listed(swept, state["evidence"], state["understanding"].language), False
        elif not state["evidence"] and not state.get("abstained"):  # small talk
            grounded, abstained = Grounded(without_markers(draft), (), ()), False
        else:
            grounded, signals = self._grounded(draft, state, context.mark)
            abstained = must_abstain(signals, self._least)
        apart = None if abstained else differing(state["understanding"].question, state.get("sifted"))
        text = self._abstention(state) if abstained else grounded.text
        if apart is not None:
            grounded, signals = side_by_side(apart, state["understanding"].language), {**signals, apart.kind: 1.0}
            text = grounded.text
            if not state["sifted"].by_case:  # these were written side by side
                runtime.stream_writer(Revised(text, f"revised_{apart.kind}"))
        elif state.get("quoted") and not abstained:
            text = self._introduced(text, state)
        if abstained and draft:
            runtime.stream_writer(Revised(text, "revised_unsupported"))
        _settle_aside(context, abstained)
        if context.aside is not None:
            text = f"{text}\n\n{context.aside.text}"
        citations = () if abstained else self._located(grounded.citations, context)
        answer = Answer(
            id=context.answer_id, conversation_id=context.conversation_id, text=text, abstained=abstained,
            understanding=state["understanding"], route=state["route"], evidence=state["evidence"],
            citations=citations, support=() if abstained else grounded.support,
            timings=context.clock.timings(), usage=self._usage(state["route"], context), searched=state["searched"],
            signals=signals,
            task=context.aside.task if context.aside is not None else None,
        )  # fmt: skip
        return self._finish(answer, runtime)

    def _finish(self, answer: Answer, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        context = runtime.context
        if read_with := context.adapting.used:  # what people think of the answer is also about this
            answer = replace(answer, route=replace(answer.route, adapter=read_with))
        if not context.stopped.is_set():
            self._store.finish_turn(context.turn_id, answer)
            runtime.stream_writer(Finished(answer))
        return {"answer": answer}

    def _grounded(self, draft: str, state: TurnState, mark: str) -> tuple[Grounded, Mapping[str, float]]:
        """The answer of the draft with citations, and the signals on which it is given or withheld."""
        understanding, evidence, sifted = state["understanding"], state["evidence"], state.get("sifted")
        known = sifted.signals if sifted is not None else {}
        if not evidence or not (draft.strip() or state.get("quoted")):
            return Grounded("", (), ()), {**known, "support": 0.0}
        if sifted is not None:
            grounded = cited(sifted.reading) if state.get("quoted") else self._told(draft, understanding, sifted)
            return grounded, {**known, "support": round(grounded.share, 3)}
        grounded = self._citer.ground(reply_of(draft).answer, understanding.question, evidence)
        signals = {
            **first_signals(understanding.text, evidence),
            "support": round(grounded.share, 3),
            "coverage": round(self._citer.coverage(understanding.question, evidence), 3),
        }
        if state["route"].tier == "llm" and (sure := self._check(draft, state, mark)) is not None:
            signals["check"] = round(sure, 3)
        return grounded, signals

    def _introduced(self, quotation: str, state: TurnState) -> str:
        sifted = state.get("sifted")
        return introduced(quotation, state["understanding"].language, sifted.unsaid if sifted is not None else ())

    def _misread(self, draft: str, state: TurnState) -> bool:
        """Whether an answer in a model's words is to be replaced by the lines it was made from.

        That is when they do not say it, as far as the check can tell, or when a sentence of it can be tied to none.
        """
        sifted = state.get("sifted")
        if sifted is None or not sifted.reading or state.get("quoted") or not draft.strip():
            return False
        if not all(each.supported for each in self._told(draft, state["understanding"], sifted).support):
            return True
        if self._support is None:
            return False
        question = state["understanding"].question
        return not faithful(self._support, draft, question, sifted.reading, sifted.parts)

    def _located(self, citations: Sequence[Citation], context: TurnContext) -> tuple[Citation, ...]:
        """The citations with the place where each quote is printed; its page is where it begins, not its passage."""
        groups, found = context.request.groups, list[Citation]()
        for each in citations:
            boxes = tuple(self._library.boxes(each.document_id, each.start, each.end, groups)) if each.page else ()
            found.append(replace(each, page=boxes[0].page if boxes else each.page, boxes=boxes))
        return tuple(found)

    def _told(self, draft: str, understanding: Understanding, sifted: Sifted) -> Grounded:
        """What the model made of the lines that answer: only these can back it."""
        language, reply = understanding.language, reply_of(draft)
        answer = reply.answer if reply.quote else draft
        return self._citer.ground(answer, understanding.question, sifted.reading, selected=True, language=language)

    def _check(self, draft: str, state: TurnState, mark: str) -> float | None:
        understanding = state["understanding"]
        asked = prompts.grounded(understanding.question, understanding.language, state["evidence"], mark)
        try:
            return yes_probability(self._models.first_token("llm", prompts.check(asked, draft, understanding.language)))
        except ModelError:
            return None

    def _delegated(self, outcome: Outcome, state: TurnState, context: TurnContext) -> Answer:
        """The answer that a strategy gave, with what another one wants said after it."""
        aside = None if outcome.task is not None else context.aside
        text = outcome.text if aside is None else f"{outcome.text}\n\n{aside.text}"
        context.aside = aside
        return Answer(
            id=context.answer_id, conversation_id=context.conversation_id,
            text=text, abstained=outcome.abstained,
            understanding=state["understanding"], route=outcome.route, evidence=outcome.evidence,
            citations=self._located(outcome.citations, context), support=outcome.support,
            timings=context.clock.timings(), usage=self._usage(outcome.route, context),
            searched=outcome.searched, signals=outcome.signals, calls=outcome.calls,
            task=outcome.task if aside is None else aside.task,
        )  # fmt: skip

    def _usage(self, route: Route, context: TurnContext) -> Usage:
        seconds = context.clock.since("routed") / 1000
        return self._meter.usage(route, context.tally, seconds, context.joules)

    def _abstention(self, state: TurnState) -> str:
        language, names = state["understanding"].language, state["documents"][:NAMED_DOCUMENTS]
        if not names:
            return message("abstention_no_documents", language)
        return counted("abstention_searched", state["searched"], language, names=", ".join(names))


def _settle_aside(context: TurnContext, abstained: bool) -> None:
    """Drop what is said after withheld answers only, once it is known that this one is not."""
    if context.aside is not None and context.aside.when_withheld and not abstained:
        context.aside = None


def _draft(state: TurnState) -> str:
    last = state["messages"][-1] if state["messages"] else None
    return last.text if isinstance(last, AIMessage) else ""
