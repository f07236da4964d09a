"""Turn events, answers, conversations and documents as JSON: the one form that API, command line and tests share."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from assistant.api.middleware.versions import API
from assistant.api.ports import DocumentSummary
from assistant.appointments.store import Appointment
from assistant.handoff.record import Handoff
from assistant.storage.records import Conversation, Feedback, Turn
from assistant.turn.answer import Answer, Evidence, Route, Understanding, Usage
from assistant.turn.events import Failed, Finished, Found, Reading, Revised, Routed, TurnEvent, Understood, Wrote


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer in the form of `pilares ask --json`."""
    understanding = answer.understanding
    return {
        "id": answer.id,
        "conversation_id": answer.conversation_id,
        "answer": answer.text,
        "abstained": answer.abstained,
        "language": understanding.language,
        "intent": understanding.intent,
        "question": understanding.question,
        "understanding": understanding_json(understanding),
        "route": route_json(answer.route),
        "citations": [asdict(citation) for citation in answer.citations],
        "support": [asdict(support) for support in answer.support],
        "passages": [evidence_json(evidence) for evidence in answer.evidence],
        "searched": answer.searched,
        "signals": dict(answer.signals),
        "timings": asdict(answer.timings),
        "usage": usage_json(answer.usage),
        "calls": [asdict(call) for call in answer.calls],
        "task": None if answer.task is None else {"tool": answer.task.tool, "asked": answer.task.asked},
    }


def understanding_json(understanding: Understanding) -> dict[str, Any]:
    """What was found out about the text, and how; language, intent and question stand beside it."""
    beside = ("text", "question", "language", "intent")
    return {name: value for name, value in asdict(understanding).items() if name not in beside}


def route_json(route: Route) -> dict[str, Any]:
    """Which model answered, and why."""
    return asdict(route)


def usage_json(usage: Usage) -> dict[str, Any]:
    """Tokens read and written."""
    return asdict(usage)


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    """A passage with its number, relevance and best sentence; offsets count in the document's text."""
    found = evidence.passage
    return {
        "number": evidence.number,
        "relevance": evidence.relevance,
        "document_id": found.document_id,
        "document": found.document,
        "title": found.title,
        "heading": list(found.heading),
        "page": found.page,
        "text": found.text,
        "start": found.start,
        "end": found.end,
        "best": asdict(evidence.best),
    }


def event_json(event: TurnEvent) -> tuple[str, dict[str, Any]]:
    """The name of an event and its data."""
    match event:
        case Understood(understanding):
            return "understood", asdict(understanding)
        case Found(evidence, searched):
            return "found", {"passages": [evidence_json(each) for each in evidence], "searched": searched}
        case Routed(route):
            return "routed", route_json(route)
        case Reading(line, lines, unit):
            return "reading", {"line": line, "lines": lines, "unit": unit}
        case Wrote(text):
            return "wrote", {"text": text}
        case Revised(text, reason):
            return "revised", {"text": text, "reason": reason}
        case Finished(answer):
            return "finished", answer_json(answer)
        case Failed(text, conversation_id):
            return "failed", {"message": text, "conversation_id": conversation_id}


def server_sent(event: TurnEvent) -> str:
    """An event as a server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    name, data = event_json(event)
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=True)}\n\n"


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """A conversation without its turns."""
    return {
        "id": conversation.id,
        "title": conversation.title,
        "language": conversation.language,
        "created": moment_json(conversation.created),
        "updated": moment_json(conversation.updated),
    }


def turn_json(turn: Turn) -> dict[str, Any]:
    """A turn with its answer and the person's verdict."""
    return {
        "id": turn.id,
        "question": turn.question,
        "state": turn.state,
        "created": moment_json(turn.created),
        "partial": turn.partial,
        "error": turn.error,
        "answer": None if turn.answer is None else answer_json(turn.answer),
        "feedback": None if turn.feedback is None else feedback_json(turn.feedback),
    }


def feedback_json(feedback: Feedback) -> dict[str, Any]:
    """A verdict, as its author may see it."""
    return {
        "id": feedback.id,
        "answer_id": feedback.answer_id,
        "verdict": feedback.verdict,
        "reason": feedback.reason,
        "correction": feedback.correction,
        "created": moment_json(feedback.created),
    }


def appointment_json(appointment: Appointment) -> dict[str, Any]:
    """An appointment of the person who asks, and where its calendar file is."""
    return {
        "id": appointment.id,
        "service": appointment.service,
        "starts": moment_json(appointment.starts),
        "ends": moment_json(appointment.ends),
        "name": appointment.name,
        "contact": appointment.contact,
        "file": f"{API}/appointments/{appointment.id}.ics",
    }


def handoff_json(handoff: Handoff) -> dict[str, Any]:
    """A conversation that waits for a person, with what a colleague has to know of it."""
    return {
        **asdict(handoff),
        "messages": [{"text": each.text, "at": moment_json(each.at)} for each in handoff.messages],
        "created": moment_json(handoff.created),
        "updated": moment_json(handoff.updated),
    }


def document_json(document: DocumentSummary) -> dict[str, Any]:
    """A document in the list."""
    return {
        "id": document.id,
        "name": document.name,
        "title": document.title,
        "language": document.language,
        "passages": document.passages,
        "added": None if document.added is None else moment_json(document.added),
        "source": document.source,
        "error": document.error,
        "superseded_by": document.superseded_by,
        "duplicate_of": document.duplicate_of,
        "scans": document.scans,
        "pinned": document.pinned,
        "hidden": document.hidden,
    }


def moment_json(moment: datetime) -> str:
    """ISO 8601, in UTC."""
    return moment.isoformat()
