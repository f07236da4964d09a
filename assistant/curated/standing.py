"""Whether the sentences that a curated answer rests on still stand in their documents, and who asks may read them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from assistant.curated.nearest import CuratedStore
from assistant.curated.record import Curated, Ground
from assistant.turn.answer import Citation, Evidence
from knowledge.document import Document
from knowledge.errors import DocumentNotFound
from knowledge.passage import Passage, Sentence

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class Documents(Protocol):
    """The documents, as far as curated answers use them (`knowledge.library.Library` is one)."""

    def document(self, name_or_id: str, groups: Iterable[str] | None = None) -> Document:
        """One document. Raises DocumentNotFound."""

    def text(self, name_or_id: str, groups: Iterable[str] | None = None) -> str:
        """Its stored text."""

    def passages_of(self, document_id: str, groups: Iterable[str] = frozenset({"everyone"})) -> list[Passage]:
        """Its chunks; none that `groups` may not read."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a curated answer may be served to somebody, and the evidence and citations to serve it with.

    "stale": it has to be looked at, `why` says what happened; "unreadable": it is not for whoever asks.
    """

    verdict: Literal["stands", "stale", "unreadable"]
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    citations: tuple[Citation, ...] = ()


def standing(curated: Curated, documents: Documents, groups: Iterable[str]) -> Standing:
    """Look at the documents as they are now."""
    evidence, citations, asks = list[Evidence](), list[Citation](), frozenset(groups)
    for number, ground in enumerate(curated.grounds, start=1):
        if why := _stale(curated, ground, documents):
            return Standing("stale", why)
        placed = placed_in(documents.text(ground.document_id), ground)
        if placed is None:
            return Standing("stale", f"{ground.document} no longer has its sentence")
        passage = _holding(documents.passages_of(ground.document_id, asks), placed)
        if passage is None:
            return Standing("unreadable")
        sentence = Sentence(placed.quote, placed.start, placed.end)
        evidence.append(Evidence(number, passage, sentence, 1.0, (sentence,)))
        citations.append(
            Citation(
                number, passage.document_id, passage.document, passage.title, placed.quote, placed.start, placed.end,
                passage.page,
            )
        )  # fmt: skip
    return Standing("stands", "", tuple(evidence), tuple(citations))


def mark_stale(store: CuratedStore, documents: Documents) -> list[Curated]:
    """Let those wait for review whose sentences no longer stand; returns them."""
    found = [(each, standing(each, documents, each.groups)) for each in store.find("served")]
    return [store.mark(each.id, its.why) for each, its in found if its.verdict == "stale"]


def placed_in(text: str, ground: Ground) -> Ground | None:
    """The sentence where it stands word for word in a text now; None when it does not."""
    if text[ground.start : ground.end] == ground.quote:
        return ground
    start = text.find(ground.quote)
    return None if start < 0 else replace(ground, start=start, end=start + len(ground.quote))


def _stale(curated: Curated, ground: Ground, documents: Documents) -> str:
    try:
        found = documents.document(ground.document_id)
    except DocumentNotFound:
        return f"{ground.document} was deleted"
    if found.hidden:
        return f"{ground.document} is hidden"
    if found.superseded_by and not _YEAR.search(curated.question):
        return f"{ground.document} has a newer version"
    return ""


def _holding(passages: Sequence[Passage], ground: Ground) -> Passage | None:
    """The passage with the sentence, or with its beginning where it was cut."""
    whole = (each for each in passages if each.start <= ground.start and ground.end <= each.end)
    begun = (each for each in passages if each.start <= ground.start < each.end)
    return next(whole, None) or next(begun, None)
