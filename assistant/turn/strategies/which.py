"""Which of several documents is meant: asked when more than one fits, and understood in the next turn."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from assistant.messages import message
from assistant.storage.folding import folded
from assistant.turn.answer import TaskState
from assistant.turn.outcome import Outcome
from assistant.turn.strategies.finder import DocumentFinder, Match
from assistant.turn.strategies.past import Past
from assistant.turn.strategies.replies import asks, leaves
from assistant.turn.strategies.strategy import WHICH_DOCUMENT, Scene
from knowledge.document import Document

LONGEST_REPLY = 6  # words; whoever says more has thought of something else
_ORDINALS = (
    r"1|first|primer[oa]?|one|uno", r"2|second|segund[oa]|two|dos", r"3|third|tercer[oa]?|three|tres",
    r"4|fourth|cuart[oa]|four|cuatro", r"5|fifth|quint[oa]|five|cinco",
)  # fmt: skip
_PLACE = [
    re.compile(rf"^(?:the |el |la )?(?:number |numero )?(?:{each})(?: one| document| documento)?[\s.!]*$")
    for each in _ORDINALS
]


def ask_which(scene: Scene, strategy: str, match: Match, reason: str) -> Outcome:
    """The documents by number, and the request kept for the next turn."""
    lines = [f"{number}. **{each.title}** ({each.name})" for number, each in enumerate(match.documents, start=1)]
    text = "\n".join([message("which_document_ask", scene.language), "", *lines])
    scene.write(text)
    known = {
        "strategy": strategy,
        "request": scene.understanding.text,
        "documents": [each.id for each in match.documents],
    }
    state = TaskState(WHICH_DOCUMENT, known, "document", datetime.now(UTC), scene.language)
    return Outcome(text, scene.route(None, reason), task=state, searched=len(match.documents))


def chosen(
    scene: Scene, strategy: str, past: Past, finder: DocumentFinder, local_user: str
) -> tuple[str, Document] | None:
    """The request of the turn before and the document that this turn names; None when nothing was asked or named."""
    request, said = scene.context.request, scene.understanding.text.strip()
    if not request.history or leaves(said) or asks(said):
        return None
    state = past.task(request.user_id or local_user, scene.context.conversation_id)
    if state is None or state.tool != WHICH_DOCUMENT or state.arguments.get("strategy") != strategy:
        return None
    ids = list(state.arguments.get("documents", ()))
    known = {each.id: each for each in finder.known(ids, request.groups, request.filter)}
    document = _meant(said, [known[each] for each in ids if each in known], finder)
    return None if document is None else (str(state.arguments.get("request", "")), document)


def _meant(said: str, offered: Sequence[Document], finder: DocumentFinder) -> Document | None:
    for place, pattern in enumerate(_PLACE):
        if pattern.match(folded(said)):
            return offered[place] if place < len(offered) else None
    exact = any(folded(said) == folded(each.title) for each in offered)
    return finder.among(said, offered) if exact or len(said.split()) <= LONGEST_REPLY else None
