"""The turn that is running: what its events have told so far, and how it looks at this moment."""

from dataclasses import dataclass, field
from html import escape

from assistant.messages import counted, message
from assistant.turn.answer import Answer, Evidence, Route, Understanding
from assistant.turn.events import Failed, Finished, Found, Reading, Revised, Routed, TurnEvent, Understood
from assistant.turn.unfinished import Unfinished
from assistant.ui.chip import reason_words, route_words
from assistant.ui.markdown import render
from assistant.ui.transcript import said


@dataclass
class LiveTurn:
    """Collects the events of one turn, in any order they come."""

    question: str
    understanding: Understanding | None = None
    evidence: tuple[Evidence, ...] | None = None
    so_far: Unfinished = field(default_factory=Unfinished)
    route: Route | None = None
    revised: str = ""
    answer: Answer | None = None
    error: str = ""
    reading: Reading | None = None

    def take(self, event: TurnEvent) -> None:
        """Learn from the next event."""
        self.so_far.take(event)
        match event:
            case Understood(understanding):
                self.understanding = understanding
            case Found(evidence, _):
                self.evidence = evidence
            case Routed(route):
                self.route = route
            case Reading():
                self.reading = event
            case Revised(_, reason):
                self.revised = reason
            case Finished(answer):
                self.answer = answer
            case Failed(text, _):
                self.error = text

    @property
    def text(self) -> str:
        """What has been written so far."""
        return self.so_far.text


def live_block(live: LiveTurn, language: str) -> str:
    """The running turn as HTML: the question, what is being done, the words so far."""
    text = f'<div class="pl-text">{render(live.text, {})}</div>' if live.text else ""
    notes = "".join(f'<p class="pl-note">{escape(note)}</p>' for note in _notes(live, language))
    return (
        '<article class="pl-turn pl-live" aria-busy="true"><div class="pl-question">'
        f'<div class="pl-said">{said(live.question, language)}</div></div>'
        f'<div class="pl-answer">{notes}{text}{_status(live, language)}</div></article>'
    )


def _notes(live: LiveTurn, language: str) -> list[str]:
    notes = []
    if live.understanding is not None and live.understanding.rewritten:
        notes.append(message("rewritten", language, question=live.understanding.question))
    if live.revised:
        notes.append(reason_words(live.revised, language))
    return notes


def _status(live: LiveTurn, language: str) -> str:
    route = " · ".join(route_words(live.route, language)) if live.route and live.route.tier != "none" else ""
    said_now = f'<span class="pl-status-route">{escape(route)}</span>' if route else ""
    under_way = live.reading is not None and live.reading.unit != "line"
    words = "" if live.text and not live.revised and not under_way else f"<span>{escape(_doing(live, language))}</span>"
    return f'<p class="pl-status" role="status"><span class="pl-pulse" aria-hidden="true"></span>{words}{said_now}</p>'


def _doing(live: LiveTurn, language: str) -> str:
    if live.understanding is None:
        return message("understanding", language)
    if live.reading is not None and live.reading.unit != "line":
        return message(f"reading_{live.reading.unit}", language, line=live.reading.line, lines=live.reading.lines)
    if live.evidence is None:
        return message("searching", language)
    if live.reading is not None and not live.text:
        return message(f"reading_{live.reading.unit}", language, line=live.reading.line, lines=live.reading.lines)
    if live.evidence and not live.text:
        return counted("reading", len(live.evidence), language)
    return message("checking" if live.text else "thinking", language)
