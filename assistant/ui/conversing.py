"""Asking: a question goes in, the page follows the turn until it has ended."""

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr

from assistant.api.ports import Assistant
from assistant.api.question import checked_question
from assistant.api.reading import RunningTurn
from assistant.api.running import RunningTurns
from assistant.messages import message, speech
from assistant.security.person import Person
from assistant.settings import Settings
from assistant.storage.records import Turn
from assistant.storage.rows import title_of
from assistant.turn.answer import Asked, TurnRequest, wanted
from assistant.turn.events import Finished, Found, TurnEvent
from assistant.ui.live import LiveTurn, live_block
from assistant.ui.showing import Showing, Updates
from assistant.ui.sources import sources_panel
from assistant.ui.view import View
from assistant.ui.visit import visitor, word

HEARTBEAT_S = 1.0
"""The page is told at least this often that the turn lives; that is also how a closed page is noticed."""
FRAME_S = 0.06
"""Words are shown in frames of this length; more often would cost time and show nothing more."""
STOP_S = 1.0


@dataclass
class _Turn:
    session: str
    running: RunningTurn
    events: "queue.Queue[TurnEvent | None]"


class Conversing:
    """The events that ask. One turn at a time runs in a conversation."""

    def __init__(
        self, view: View, showing: Showing, assistant: Assistant, settings: Settings, turns: RunningTurns
    ) -> None:
        self._view, self._showing, self._assistant = view, showing, assistant
        self._limits, self._turns = settings.turn, turns
        self._running: dict[tuple[str, str], _Turn] = {}
        self._looking_at: dict[str, str] = {}
        self._starting: set[str] = set()
        self._lock = threading.Lock()

    def ask(
        self, text: str, conversation_id: str, language: str, model: Asked, request: gr.Request
    ) -> Iterator[Updates]:
        """The question in the composer."""
        yield from self._answer(text, conversation_id, language, model, request)

    def example(
        self, conversation_id: str, language: str, model: Asked, request: gr.Request, event: gr.EventData
    ) -> Iterator[Updates]:
        """A question offered by the welcome."""
        yield from self._answer(word(event, "text"), conversation_id, language, model, request)

    def resend(
        self, conversation_id: str, language: str, model: Asked, request: gr.Request, event: gr.EventData
    ) -> Iterator[Updates]:
        """A question of the past again: as it was, in other words, or put to another model."""
        who, turn_id, chosen = visitor(request), word(event, "turn"), word(event, "model")
        turns = self._assistant.conversations.turns(who.id, conversation_id)
        turn = next((each for each in turns if each.id == turn_id), None)
        if turn is None or self._busy(who.id, conversation_id):
            yield self._unchanged()
            return
        text = checked_question(word(event, "text") or turn.question, self._limits, language)
        self._assistant.conversations.supersede(who.id, turn_id)
        asked: Asked = "slm" if chosen == "slm" else "llm" if chosen == "llm" else model
        yield from self._answer(text, conversation_id, language, asked, request)

    def stop(self, conversation_id: str, request: gr.Request) -> None:
        """End the running turn; the generator that follows it shows what there is."""
        turn = self._running.get((visitor(request).id, conversation_id))
        if turn is not None:
            turn.running.stop()
            turn.events.put(None)

    def look_at(self, session: str, conversation_id: str) -> None:
        """Remember what a page shows, so that a turn does not write into another conversation's page."""
        self._looking_at[session] = conversation_id

    def leave(self, request: gr.Request) -> None:
        """The page was closed."""
        self._looking_at.pop(request.session_hash or "", None)

    def running_here(self, user: str, conversation_id: str, session: str) -> bool:
        """Whether this very page follows a turn of the conversation."""
        turn = self._running.get((user, conversation_id))
        return turn is not None and turn.session == session

    def _busy(self, user: str, conversation_id: str) -> bool:
        return bool(conversation_id) and (user, conversation_id) in self._running

    def _answer(
        self, text: str, conversation_id: str, language: str, model: Asked, request: gr.Request
    ) -> Iterator[Updates]:
        who, session = visitor(request), request.session_hash or ""
        if self._busy(who.id, conversation_id) or not self._enter(session):
            yield self._unchanged()
            return
        turn: _Turn | None = None
        try:
            question = checked_question(text, self._limits, language)
            conversation_id = self._place(who, conversation_id, question, language)
            tier, profile = wanted(model)
            asked = TurnRequest(
                question,
                conversation_id,
                model=tier,
                profile=profile,
                interface_language=language,
                user_id=who.id,
                groups=who.groups,
            )
            turn, live = self._begin(asked, session, who), LiveTurn(question)
            self.look_at(session, conversation_id)
            yield self._begun(live, who, conversation_id, language)
            self._starting.discard(session)
            yield from self._follow(turn, live, conversation_id, language)
        finally:
            self._starting.discard(session)
            if turn is not None:
                turn.running.stop()
                self._running.pop((who.id, conversation_id), None)
        turn.running.join(STOP_S)
        yield self._ended(live, who, conversation_id, language, session)

    def _enter(self, session: str) -> bool:
        """Keep a second press of Enter out until the page shows the first one's turn."""
        with self._lock:
            free = session not in self._starting
            self._starting.add(session)
        return free

    def _place(self, who: Person, conversation_id: str, question: str, language: str) -> str:
        """The conversation to ask in; a new one if there is none, or if it was deleted elsewhere."""
        if conversation_id and self._showing.still_there(who, conversation_id):
            return conversation_id
        begun = self._assistant.conversations.start(who.id, language=speech(language), title=title_of(question))
        return begun.id

    def _begin(self, request: TurnRequest, session: str, who: Person) -> _Turn:
        events: queue.Queue[TurnEvent | None] = queue.Queue()
        turn = _Turn(session, self._turns.begin(self._assistant.stream, request, events.put, who), events)
        self._running[(request.user_id or "", request.conversation_id or "")] = turn
        return turn

    def _begun(self, live: LiveTurn, who: Person, conversation_id: str, language: str) -> Updates:
        view = self._view
        shown = self._showing.conversation(who, conversation_id, language, hide_running=True)
        return {
            **shown,
            **self._showing.composer(language, running=True),
            view.question: gr.update(value=""),
            view.live: live_block(live, language),
            view.sources: sources_panel((), None, language),
        }

    def _follow(self, turn: _Turn, live: LiveTurn, conversation_id: str, language: str) -> Iterator[Updates]:
        view, ended, shown_at = self._view, False, 0.0
        while not ended and not turn.running.stopped:
            batch = _next_events(turn.events, shown_at)
            ended = None in batch
            for event in batch:
                if event is not None:
                    live.take(event)
            updates: Updates = {view.live: live_block(live, language)}
            if any(isinstance(event, Found) for event in batch):
                updates[view.sources] = sources_panel(live.evidence or (), None, language)
            shown_at = time.monotonic()
            here = self._looking_at.get(turn.session) == conversation_id
            yield updates if here else self._unchanged()

    def _ended(self, live: LiveTurn, who: Person, conversation_id: str, language: str, session: str) -> Updates:
        here = self._looking_at.get(session)
        if here != conversation_id or not self._showing.still_there(who, conversation_id):
            return self._showing.list(who, here or "", language)
        stored = self._settle(live, who, conversation_id)
        shown = {
            **self._showing.conversation(who, conversation_id, language),
            **self._showing.composer(language, running=False),
            self._view.live: "",
        }
        if live.answer is None and live.evidence:  # stopped or failed: what was found is still of use
            shown[self._view.sources] = sources_panel(live.evidence, None, language)
        if live.error and (stored is None or stored.state != "failed"):
            gr.Warning(live.error, title=message("app_name", language))
        if stored is None or stored.question != live.question:  # refused before it was stored: give it back
            shown[self._view.question] = gr.update(value=live.question)
        return shown

    def _settle(self, live: LiveTurn, who: Person, conversation_id: str) -> Turn | None:
        """The turn as it is stored. A model that has not noticed yet that it was stopped does not keep it running."""
        turns = self._assistant.conversations.turns(who.id, conversation_id)
        last = turns[-1] if turns else None
        if last is not None and last.state == "running":
            self._assistant.conversations.interrupt_turn(last.id, live.so_far.text, live.so_far.documents)
        return last

    def _unchanged(self) -> Updates:
        """What to yield instead of nothing: Gradio empties every output of a generator that never yields."""
        return {self._view.live: gr.skip()}


def _next_events(events: "queue.Queue[TurnEvent | None]", shown_at: float) -> list[TurnEvent | None]:
    """The next events, together with those that follow within the frame; evidence and the end are not kept waiting."""
    batch: list[TurnEvent | None] = []
    try:
        batch.append(events.get(timeout=HEARTBEAT_S))
        while batch[-1] is not None and not isinstance(batch[-1], Found | Finished):
            batch.append(events.get(timeout=max(0.0, shown_at + FRAME_S - time.monotonic())))
    except queue.Empty:
        pass
    return batch
