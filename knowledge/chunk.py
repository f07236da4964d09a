"""Cuts a document into passages along its headings, paragraphs and sentences."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from knowledge.parse.document import Heading, ParsedDocument
from knowledge.sentences import sentence_spans
from knowledge.settings import KnowledgeSettings

CountTokens = Callable[[Sequence[str]], list[int]]

# A section shorter than this share of the target is read together with its neighbour.
_SMALL_SHARE = 6


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a document: `text == document.text[start:end]`, never overlapping its neighbours."""

    start: int
    end: int
    text: str
    heading: tuple[str, ...]
    page: int | None
    tokens: int


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is not cut any further: a sentence, a table row, a list item, a heading (or a piece of a huge one)."""

    start: int
    end: int
    tokens: int
    opens_block: bool


@dataclass(slots=True)
class _Section:
    path: tuple[str, ...]
    atoms: list[_Atom]

    @property
    def tokens(self) -> int:
        return sum(atom.tokens for atom in self.atoms)


def chunk_document(document: ParsedDocument, count_tokens: CountTokens, settings: KnowledgeSettings) -> list[Chunk]:
    """Cut `document` into chunks of about `settings.chunk_tokens` and never more than `settings.chunk_tokens_max`.

    Sentences and table rows stay whole unless one alone is longer than the maximum. Together the chunks hold every
    non-blank character. `count_tokens` is asked once for all sentences (and again only for pieces of giant ones).
    """
    atoms = _atoms(document.text, count_tokens, settings.chunk_tokens_max)
    groups = _merge_small(_sections(atoms, document.headings), settings.chunk_tokens)
    pages = [page.start for page in document.pages]
    chunks = []
    for group in groups:
        for run in _cut(group.atoms, settings.chunk_tokens, settings.chunk_tokens_max):
            start, end = run[0].start, run[-1].end
            page = document.pages[max(0, bisect_right(pages, start) - 1)].number if pages else None
            tokens = sum(atom.tokens for atom in run)
            chunks.append(Chunk(start, end, document.text[start:end], group.path, page, tokens))
    return chunks


def context_of(title: str, heading: Sequence[str], limit: int = 240) -> str:
    """The line a chunk is embedded and indexed under: the document's title and the headings above the chunk."""
    names: list[str] = []
    for name in (title, *heading):
        if name and name not in names:
            names.append(name[: limit // 2])
    return " > ".join(names)[:limit]


def body_of(text: str, heading: Sequence[str]) -> str:
    """A chunk's text without leading heading lines that its context says already."""
    lines = text.split("\n")
    while len(lines) > 1 and (not lines[0] or lines[0] in heading):
        lines.pop(0)
    return "\n".join(lines)


def _atoms(text: str, count_tokens: CountTokens, limit: int) -> list[_Atom]:
    spans = sentence_spans(text)
    counts = count_tokens([text[start:end] for start, end in spans])
    atoms = []
    previous = 0
    for (start, end), tokens in zip(spans, counts, strict=True):
        opens = text.count("\n", previous, start) > 1 or previous == 0
        whole = _Atom(start, end, tokens, opens)
        atoms.extend([whole] if tokens <= limit else _pieces(whole, text, count_tokens, limit))
        previous = end
    return atoms


def _pieces(atom: _Atom, text: str, count_tokens: CountTokens, limit: int) -> list[_Atom]:
    """Cut a sentence that alone is too long, at white space where there is some, until every piece fits."""
    width = max(1, (atom.end - atom.start) * limit * 9 // (atom.tokens * 10))
    spans = _even_spans(text, atom.start, atom.end, width)
    counts = count_tokens([text[start:end] for start, end in spans])
    pieces: list[_Atom] = []
    for (start, end), tokens in zip(spans, counts, strict=True):
        piece = _Atom(start, end, tokens, atom.opens_block and start == atom.start)
        fits = tokens <= limit or end - start <= 1
        pieces.extend([piece] if fits else _pieces(piece, text, count_tokens, limit))
    return pieces


def _even_spans(text: str, start: int, end: int, width: int) -> list[tuple[int, int]]:
    spans = []
    while end - start > width:
        cut = start + width
        space = text.rfind(" ", start + width // 2, cut)
        cut = space if space > start else cut
        spans.append((start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    return [*spans, (start, end)] if start < end else spans


def _sections(atoms: list[_Atom], headings: Sequence[Heading]) -> list[_Section]:
    """Group atoms under the heading they stand below; a heading line belongs to its own section."""
    sections: list[_Section] = []
    starts = [heading.start for heading in headings]
    paths = _heading_paths(headings)
    current = -2
    for atom in atoms:
        index = bisect_right(starts, atom.start) - 1
        if index != current:
            sections.append(_Section(paths[index] if index >= 0 else (), []))
            current = index
        sections[-1].atoms.append(atom)
    return sections


def _heading_paths(headings: Sequence[Heading]) -> list[tuple[str, ...]]:
    stack: list[Heading] = []
    paths = []
    for heading in headings:
        while stack and stack[-1].level >= heading.level:
            stack.pop()
        stack.append(heading)
        paths.append(tuple(above.text for above in stack))
    return paths


def _merge_small(sections: list[_Section], target: int) -> list[_Section]:
    """Join a very short section with the sibling, parent or child beside it, under the path they share."""
    small = max(1, target // _SMALL_SHARE)
    merged: list[_Section] = []
    for section in sections:
        before = merged[-1] if merged else None
        if before and _belong_together(before, section, small, target):
            before.path = section.path if _only_heads(before, section) else _shared(before.path, section.path)
            before.atoms.extend(section.atoms)
        else:
            merged.append(section)
    return merged


def _belong_together(before: _Section, section: _Section, small: int, target: int) -> bool:
    if _only_heads(before, section):
        return True
    a, b = before.tokens, section.tokens
    if min(a, b) >= small or a + b > target:
        return False
    return len(_shared(before.path, section.path)) >= max(len(before.path), len(section.path)) - 1


def _only_heads(before: _Section, section: _Section) -> bool:
    """A heading without text of its own belongs to the first section below it."""
    depth = len(before.path)
    return len(before.atoms) == 1 and 0 < depth < len(section.path) and section.path[:depth] == before.path


def _shared(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    same = 0
    while same < min(len(a), len(b)) and a[same] == b[same]:
        same += 1
    return a[:same]


def _cut(atoms: list[_Atom], target: int, limit: int) -> list[list[_Atom]]:
    """Cut one section into runs of about equal size, at the start of a paragraph where one is near."""
    total = sum(atom.tokens for atom in atoms)
    if total <= limit:
        return [atoms]
    goal = total / ceil(total / target)
    runs: list[list[_Atom]] = [[]]
    size = 0
    for atom in atoms:
        near_end = size >= goal * (0.75 if atom.opens_block else 1) or size + atom.tokens / 2 > goal
        if runs[-1] and (size + atom.tokens > limit or (near_end and size >= goal / 2)):
            runs.append([])
            size = 0
        runs[-1].append(atom)
        size += atom.tokens
    return _without_small_tail(runs, goal, limit)


def _without_small_tail(runs: list[list[_Atom]], goal: float, limit: int) -> list[list[_Atom]]:
    if len(runs) > 1:
        tail = sum(atom.tokens for atom in runs[-1])
        before = sum(atom.tokens for atom in runs[-2])
        if tail < goal / 3 and tail + before <= limit:
            runs[-2].extend(runs.pop())
    return runs
