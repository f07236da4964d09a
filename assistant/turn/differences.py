"""An answer that shows lines side by side: their documents disagree, or the question does not say which is meant."""

from datetime import UTC, datetime

from assistant.grounding.citations import Grounded, citation_of, marked, without_markers
from assistant.grounding.differing import Differing
from assistant.grounding.judge import JudgedLine
from assistant.messages import message
from assistant.turn.answer import Support
from assistant.turn.quoting import shown


def side_by_side(apart: Differing, language: str) -> Grounded:
    """The lines word for word; of several documents, under their titles and with the days that these state."""
    opening = message("disagree_dated" if apart.kind == "disagree" and apart.dated else apart.kind, language)
    several = len({each.evidence.passage.document_id for each in apart.lines}) > 1
    lines = [
        f"- {f'**{_title(each)}**: ' if several else ''}{marked(shown(each.sentence), (each.evidence.number,))}"
        for each in apart.lines
    ]
    closing = ["", message("unspecified_ask", language)] if apart.kind == "unspecified" else []
    citations = tuple(citation_of(each.evidence, each.sentence) for each in apart.lines)
    support = tuple(Support(shown(each.sentence), 1.0, True, (each.evidence.number,)) for each in apart.lines)
    return Grounded("\n".join([opening, "", *lines, *closing]), citations, support)


def _title(line: JudgedLine) -> str:
    passage = line.evidence.passage
    title = without_markers(passage.title or passage.document)
    if passage.dated_at is None:
        return title
    return f"{title} ({datetime.fromtimestamp(passage.dated_at, UTC).date().isoformat()})"
