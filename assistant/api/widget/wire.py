"""What a visitor gets to see of a turn: words, quotes, and nothing of how it was made."""

import json
from typing import Any

from assistant.api.wire import moment_json
from assistant.handoff.record import Handoff
from assistant.storage.records import Turn
from assistant.turn.answer import Answer
from assistant.turn.events import Failed, Finished, Reading, Revised, TurnEvent, Wrote


def visitor_answer(answer: Answer) -> dict[str, Any]:
    """An answer with the sentences it quotes."""
    return {
        "id": answer.id,
        "text": answer.text,
        "abstained": answer.abstained,
        "language": answer.understanding.language,
        "citations": [
            {"marker": each.marker, "title": each.title or each.document, "quote": each.quote, "page": each.page}
            for each in answer.citations
        ],
    }


def visitor_turn(turn: Turn) -> dict[str, Any]:
    """A question of the past and what came of it."""
    return {
        "question": turn.question,
        "state": turn.state,
        "answer": None if turn.answer is None else visitor_answer(turn.answer),
        "verdict": None if turn.feedback is None else turn.feedback.verdict,
        "error": turn.error,
    }


def visitor_handoff(handoff: Handoff | None) -> dict[str, Any] | None:
    """Whether a person has the conversation, and what they answered."""
    if handoff is None:
        return None
    return {"state": handoff.state, "reply": handoff.reply, "at": moment_json(handoff.updated)}


def visitor_event(event: TurnEvent, conversation_id: str, *, waits: bool = False) -> str:
    """An event as a server-sent event; empty for those a visitor does not get. `waits`: a person has it now."""
    match event:
        case Reading(line, lines):
            return _sent("reading", {"line": line, "lines": lines})
        case Wrote(text):
            return _sent("wrote", {"text": text})
        case Revised(text):
            return _sent("revised", {"text": text})
        case Finished(answer):
            return _sent("finished", {"conversation": conversation_id, "waits": waits, **visitor_answer(answer)})
        case Failed(text):
            return _sent("failed", {"conversation": conversation_id, "message": text})
        case _:
            return ""


def _sent(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=True)}\n\n"
