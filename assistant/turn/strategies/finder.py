"""Which document a request means: by its name, its title, or what titles mean; among those the person may read."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, Protocol

from assistant.grounding.bands import bands_of
from assistant.grounding.vectors import SentenceVectors
from assistant.storage.folding import folded
from assistant.turn.strategies.sections import Section, sections_of
from knowledge.document import Document, DocumentHit, State
from knowledge.lexical.analyzer import Analyzer
from knowledge.parse.document import Heading
from knowledge.passage import Passage
from knowledge.search.filters import EVERYTHING, Filter

# Share of a request's words, rare ones counting more, that a title has to have.
FITS = 0.6
# Titles that fit as well as the best one, up to this, are as likely meant.
AS_WELL = 0.12
# By meaning alone, in the band of the embedder: a title is meant from NEAR on, when the next is further away by LEAD.
NEAR, LEAD = 0.75, 0.06
# What kind of thing a document is says less than what it is about.
OF_A_KIND = 0.35
MOST_NAMED = 5
# Titles that are compared by meaning are those of the documents that a search for the words finds.
COMPARED = 24
_KINDS = frozenset(
    [
        "document",
        "documents",
        "doc",
        "docs",
        "file",
        "files",
        "policy",
        "policies",
        "manual",
        "manuals",
        "handbook",
        "handbooks",
        "guide",
        "guides",
        "report",
        "reports",
        "contract",
        "contracts",
        "terms",
        "notice",
        "notices",
        "code",
        "procedure",
        "procedures",
        "rules",
        "documento",
        "documentos",
        "archivo",
        "politica",
        "politicas",
        "manuales",
        "guia",
        "guias",
        "informe",
        "informes",
        "contrato",
        "contratos",
        "condiciones",
        "aviso",
        "avisos",
        "codigo",
        "procedimiento",
        "procedimientos",
        "normas",
        "normativa",
        "reglamento",
        "texto",
        "text",
        "user",
        "usuario",
        "uso",
    ]
)


class Documents(Protocol):
    """The documents of the library (`knowledge.library.Library` is one)."""

    def documents(self, groups: Iterable[str] | None = None, filter: Filter = EVERYTHING) -> list[Document]:
        """Those that `groups` may read."""

    def search_documents(
        self, query_texts: str | Sequence[str], *, k: int = 10, groups: Iterable[str] = ..., filter: Filter = EVERYTHING
    ) -> list[DocumentHit]:
        """The best documents for a text."""

    def outline(self, document_id: str, groups: Iterable[str] = ...) -> list[Heading]:
        """Its headings in order."""

    def passages_of(self, document_id: str, groups: Iterable[str] = ...) -> list[Passage]:
        """All of a document in order; nothing that `groups` may not read."""


@dataclass(frozen=True, slots=True)
class Match:
    """The document that is meant; or several that may be; or none, with those whose titles come nearest."""

    kind: Literal["one", "several", "none"]
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class _Fit:
    document: Document
    share: float  # of the words asked for
    own: float  # of the title's words


class DocumentFinder:
    """Finds documents by what people call them."""

    def __init__(self, documents: Documents, vectors: SentenceVectors, analyzer: Analyzer) -> None:
        self._documents = documents
        self._vectors = vectors
        self._analyzer = analyzer
        self._band = bands_of(vectors.model_id).statement

    def find(self, words: str, groups: Collection[str], filter: Filter, language: str) -> Match:
        """The document that `words` name, for somebody who speaks `language`."""
        known = [each for each in self._documents.documents(groups, filter) if each.state != State.FAILED]
        if exact := _exactly(words, known):
            return _match(exact)
        fits = self._fits(words, known)
        if best := [each for each in fits if each.share >= FITS]:
            return _match(_likeliest(best, language))
        return self._by_meaning(words, known, groups, filter)

    def sections(self, document: Document, groups: Collection[str], most: int) -> list[Section]:
        """All of a document, section by section."""
        headings = self._documents.outline(document.id, groups)
        return sections_of(self._documents.passages_of(document.id, groups), headings, most)

    def known(self, ids: Collection[str], groups: Collection[str], filter: Filter) -> list[Document]:
        """Of some documents (all where there are no ids), those that the person may read."""
        found = self._documents.documents(groups, filter)
        return [each for each in found if each.state != State.FAILED and (not ids or each.id in ids)]

    def among(self, words: str, offered: Sequence[Document]) -> Document | None:
        """The one of a few that has more of the words than the others: people say what tells it apart."""
        if exact := _exactly(words, offered):
            return exact[0] if len(exact) == 1 else None
        fits = sorted(self._fits(words, offered), key=lambda each: -each.share)
        if not fits or not fits[0].share or (len(fits) > 1 and fits[1].share == fits[0].share):
            return None
        return fits[0].document

    def _fits(self, words: str, known: Sequence[Document]) -> list[_Fit]:
        titles = [self._stems(each.title) for each in known]
        names = [frozenset[str]().union(*titles[n], *self._stems(_file(each))) for n, each in enumerate(known)]
        frequency = Counter(stem for stems in names for stem in stems)
        asked = self._stems(words)
        said = frozenset[str]().union(*asked)
        weights = [self._weight(stems, frequency, len(known)) for stems in asked]
        total = sum(weights) or 1.0
        return [
            _Fit(
                each,
                sum(weight for weight, stems in zip(weights, asked, strict=True) if stems & names[n]) / total,
                sum(bool(stems & said) for stems in titles[n]) / (len(titles[n]) or 1),
            )
            for n, each in enumerate(known)
        ]

    def _stems(self, text: str) -> list[frozenset[str]]:
        """Of each word its stems in both languages."""
        return [frozenset(self._analyzer.query_terms(word, None)) for word in self._analyzer.words(text)]

    def _weight(self, stems: frozenset[str], frequency: Mapping[str, int], total: int) -> float:
        rarity = math.log(1 + total / (1 + max((frequency.get(stem, 0) for stem in stems), default=0)))
        return rarity * (OF_A_KIND if stems & self._kinds() else 1.0)

    def _kinds(self) -> frozenset[str]:
        return _KINDS | frozenset(self._analyzer.query_terms(" ".join(_KINDS), None, limit=1_000))

    def _by_meaning(self, words: str, known: Sequence[Document], groups: Collection[str], filter: Filter) -> Match:
        """A title in other words, or in another language."""
        by_id = {each.id: each for each in known}
        hits = self._documents.search_documents(words, k=COMPARED, groups=groups, filter=filter) if words else []
        near = [by_id[hit.document_id] for hit in hits if hit.document_id in by_id]
        if not near:
            return Match("none", ())
        vectors = self._vectors.of_statements([words, *(each.title for each in near)])
        places = [self._band.position(float(cosine)) for cosine in vectors[1:] @ vectors[0]]
        order = sorted(range(len(near)), key=lambda index: (-places[index], near[index].superseded_by is not None))
        first, rest = order[0], [index for index in order[1:] if near[index].superseded_by is None]
        if places[first] >= NEAR and (not rest or places[first] - places[rest[0]] >= LEAD):
            return Match("one", (near[first],))
        return Match("none", tuple(near[index] for index in order[:3]))


def _exactly(words: str, known: Sequence[Document]) -> list[Document]:
    """Those that are called so, by title, by name or by the file's name."""
    wanted = folded(words)
    whole = [each for each in known if wanted in {folded(each.title), folded(each.name), *_files(each)}]
    if whole:
        return whole
    files = {word for word in wanted.split() if "." in word}
    return [each for each in known if files & {folded(each.name), folded(PurePosixPath(each.name).name)}]


def _files(document: Document) -> set[str]:
    path = PurePosixPath(document.name)
    return {folded(path.name), folded(path.stem)}


def _file(document: Document) -> str:
    return PurePosixPath(document.name).stem.replace("_", " ").replace("-", " ")


def _likeliest(fits: Sequence[_Fit], language: str) -> list[Document]:
    """Those that fit as well as the best one; of a document and its successor the successor, the person's language."""
    best = max(each.share for each in fits)
    close = [each for each in fits if each.share >= best - AS_WELL]
    ids = {each.document.id for each in close}
    newest = [each for each in close if each.document.superseded_by not in ids] or close
    spoken = [each for each in newest if each.document.language == language] or newest
    fullest = max(each.own for each in spoken)
    fitting = [each for each in spoken if each.own >= fullest - 0.34]
    return [each.document for each in sorted(fitting, key=lambda each: (-each.share, -each.own))]


def _match(documents: Sequence[Document]) -> Match:
    if len(documents) == 1:
        return Match("one", tuple(documents))
    return Match("several", tuple(documents[:MOST_NAMED]))
