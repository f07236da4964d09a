"""Ready-made answers, evidence and citations for tests of storage and surfaces."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from assistant.turn.answer import Answer, Citation, Evidence, Route, Support, Timings, Understanding, Usage
from knowledge.passage import Passage, Sentence

LEAVE = (
    "Every employee has 25 days of annual leave. "
    "Leave is requested in the portal two weeks ahead. "
    "Up to five days can be carried over until the end of March."
)
TRAVEL = "Travel expenses are claimed within 30 days. Receipts above 20 euros are attached as photographs."


def passage(text: str = LEAVE, *, title: str = "Leave policy", document: str = "hr/leave.md", start: int = 120,
            page: int | None = 3, heading: tuple[str, ...] = ("Time off", "Annual leave")) -> Passage:  # fmt: skip
    """A passage that begins at `start` of its document, cut into sentences at full stops."""
    sentences, at = [], 0
    for piece in text.split(". "):
        length = len(piece) + (1 if at + len(piece) < len(text) else 0)
        sentences.append(Sentence(text[at : at + length], start + at, start + at + length))
        at += len(piece) + 2
    return Passage(
        chunk_id=f"chunk-{document}", document_id=f"id-{document}", document=document, title=title, heading=heading,
        text=text, start=start, end=start + len(text), page=page, language="en", score=0.9, sentences=tuple(sentences),
    )  # fmt: skip


def evidence(number: int = 1, found: Passage | None = None, best: int = 0, relevance: float = 0.9) -> Evidence:
    """A passage as evidence; `best` is the index of its best sentence."""
    found = found or passage()
    return Evidence(number, found, found.sentences[best], relevance)


def citation(source: Evidence, sentence: Sentence | None = None) -> Citation:
    """A citation of one sentence (default: the best) of a piece of evidence."""
    quoted, found = sentence or source.best, source.passage
    return Citation(
        source.number, found.document_id, found.document, found.title, quoted.text, quoted.start, quoted.end, found.page
    )


def an_answer(conversation_id: str, text: str = "You have 25 days of annual leave. [1]", **changes: Any) -> Answer:
    """A complete answer with two pieces of evidence, the first one cited."""
    first = evidence(1)
    second = evidence(
        2, passage(TRAVEL, title="Travel", document="finance/travel.md", start=0, page=None, heading=()), 0, 0.4
    )
    whole = Answer(
        id=uuid4().hex,
        conversation_id=conversation_id,
        text=text,
        abstained=False,
        understanding=Understanding("How many days?", "How many days of leave do I get?", "en", "question", 0.93, True),
        route=Route("slm", "qwen2.5-coder-0.5b", "clear_evidence", p_slm=0.81),
        evidence=(first, second),
        citations=(citation(first),),
        support=(Support("You have 25 days of annual leave. [1]", 0.97, True, (1,)),),
        timings=Timings(3.0, 20.0, 24.0, 25.0, 300.5, 1200.0),
        usage=Usage(512, 24),
        searched=7,
    )
    return replace(whole, **changes)
