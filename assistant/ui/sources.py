"""The panel beside an answer: the passages it rests on, the sentences that matter highlighted in them."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

from assistant.messages import counted, message
from assistant.turn.answer import Citation, Evidence
from assistant.ui.controls import attributes, icon_button, say, text_button
from assistant.ui.markdown import plain
from knowledge.passage import Passage

Span = tuple[int, int, str]
OPEN_AT_FIRST = 3


def sources_panel(
    evidence: Sequence[Evidence], citations: Sequence[Citation] | None, language: str, *, turn: str = "", focus: int = 0
) -> str:
    """The passages as cards. `citations` is None while the answer is being written and nobody knows what it uses.

    `turn` ties the panel to its answer, `focus` is the number of the card to open and show.
    """
    title = f'<h2 id="pl-sources-title">{say("sources", language)}</h2>'
    close = icon_button("close", message("close", language), class_="pl-drawer-close", data_drawer="")
    count = f'<span class="pl-count">{len(evidence)}</span>' if evidence else ""
    head = f'<header class="pl-panel-head">{title}{count}{close}</header>'
    if not evidence:
        key = "sources_empty" if not turn else "sources_none"
        body = f'<p class="pl-muted">{say(key, language)}</p>'
    else:
        cards = "".join(_card(each, position, citations, language, focus) for position, each in enumerate(evidence))
        body = f"{_legend(language, bool(citations))}{cards}"
    given = attributes(
        class_="pl-sources", data_turn=turn, data_focus=focus or None, aria_labelledby="pl-sources-title"
    )
    return f"<section{given}>{head}{body}</section>"


def _legend(language: str, cited: bool) -> str:
    best = f'<span><mark class="pl-best">{say("legend_best", language)}</mark></span>'
    quoted = f'<span><mark class="pl-quoted">{say("legend_cited", language)}</mark></span>' if cited else ""
    return f'<p class="pl-legend">{best}{quoted}</p>'


def _card(evidence: Evidence, position: int, citations: Sequence[Citation] | None, language: str, focus: int) -> str:
    passage, number = evidence.passage, evidence.number
    own = [each for each in citations or () if each.marker == number and each.document_id == passage.document_id]
    opened = number == focus or (position < OPEN_AT_FIRST if citations is None else bool(own))
    spans = [span for each in own if (span := _inside(passage, each.start, each.end, "pl-quoted"))]
    best = _inside(passage, evidence.best.start, evidence.best.end, "pl-best")
    if best is not None and not own:
        spans.append(best)
    first = spans[0] if spans else (passage.start, passage.start)
    reader = ""
    if passage.document_id:  # none when the document is withheld
        reader = text_button(
            message("open_document", language), symbol="open", class_="pl-quiet",
            data_act="read", data_document=passage.document_id, data_start=first[0], data_end=first[1],
        )  # fmt: skip
    given = attributes(
        class_="pl-card", id=f"pl-source-{number}", data_number=number, data_cited=bool(own), open=opened
    )
    return (
        f"<details{given}>{_summary(evidence, bool(own), citations is not None, language)}"
        f'<blockquote class="pl-passage">{highlighted(passage.text, passage.start, spans)}</blockquote>'
        f'<div class="pl-card-foot">{reader}</div></details>'
    )


def _summary(evidence: Evidence, cited: bool, finished: bool, language: str) -> str:
    passage = evidence.passage
    where = [" › ".join(part for part in passage.heading if part != passage.title)]
    if passage.page is not None:
        where.append(message("page", language, page=passage.page))
    place = " · ".join(part for part in where if part)
    percent = round(100 * min(max(evidence.relevance, 0.0), 1.0))
    label = message("relevance", language, percent=percent)
    state = f'<span class="pl-tag">{say("cited" if cited else "not_cited", language)}</span>' if finished else ""
    return (
        f'<summary><span class="pl-number">{evidence.number}</span>'
        f'<span class="pl-card-title">{plain(passage.title)}</span>'
        f'<span class="pl-relevance" role="img" title="{escape(label)}" aria-label="{escape(label)}">'
        f'<span style="width:{percent}%"></span></span>'
        f'<span class="pl-where">{plain(place)}</span>{state}</summary>'
    )


def _inside(passage: Passage, start: int, end: int, kind: str) -> Span | None:
    """The part of a stretch of the document that lies in the passage."""
    start, end = max(start, passage.start), min(end, passage.start + len(passage.text))
    return (start, end, kind) if start < end else None


def highlighted(text: str, offset: int, spans: Iterable[Span]) -> str:
    """`text` escaped, with marks over `spans`; both count from the document's beginning, the text begins at `offset`.

    Spans may overlap: each stretch between two of their ends gets the kinds of all spans over it.
    """
    inside = [(start - offset, end - offset, kind) for start, end, kind in spans]
    edges = sorted({0, len(text), *(edge for start, end, _ in inside for edge in (start, end))})
    html = []
    for left, right in pairwise(edges):
        kinds = sorted({kind for start, end, kind in inside if start <= left and right <= end})
        piece = plain(text[left:right])
        html.append(f'<mark class="{" ".join(kinds)}">{piece}</mark>' if kinds else piece)
    return "".join(html)


def sources_count(evidence: Sequence[Evidence], language: str) -> str:
    """ "3 sources", for the button under an answer."""
    return counted("sources_count", len(evidence), language)
