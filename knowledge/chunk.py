"""Cuts a document into passages along its headings, paragraphs and sentences."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from knowledge.parse.document import Heading, ParsedDocument
from knowledge.sentences import Span, sentence_spans
from knowledge.settings import KnowledgeSettings

CountTokens = Callable[[Sequence[str]], list[int]]
_Counted = tuple[int, int, int]  # start, end, tokens

# A section shorter than this share of the target is read together with its neighbour.
_SMALL_SHARE = 6

# What a cut costs, where a chunk that is a quarter longer or shorter than the target costs 0.06 and one of twice its
# size costs 1: nothing between two blocks, little between the sentences of a long paragraph or the lines of a long list
# or table, much inside a short one, and more than anything inside a piece of code.
_LINE, _SENTENCE, _SHORT, _INTRO, _PIECE, _CODE = 0.02, 0.08, 0.3, 0.3, 0.2, 4.0
_WHOLE = 1.5  # targets up to which a paragraph, a list or a table is a short one
_CODE_WIDTH = 160  # characters; longer lines are prose
_ITEM_OR_ROW = re.compile(r"(?:[-*•–+]|\d{1,3}[.)]|[a-zA-Z]\))\s|.* \| ")


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
    """What is not cut any further: a sentence, a table row, a list item, a heading (or a piece of a huge one).

    `cost` is what a cut before it costs, in the unit of `_cut`.
    """

    start: int
    end: int
    tokens: int
    cost: float


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
    atoms = _atoms(document.text, count_tokens, settings.chunk_tokens, settings.chunk_tokens_max)
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


def _atoms(text: str, count_tokens: CountTokens, target: int, limit: int) -> list[_Atom]:
    spans = sentence_spans(text)
    counts = count_tokens([text[start:end] for start, end in spans])
    atoms: list[_Atom] = []
    for block in _blocks(text, spans, counts):
        line_cost, sentence_cost = _costs(text, block, target, limit)
        intro = bool(atoms) and text[atoms[-1].end - 1] == ":"
        for place, line in enumerate(block):
            cost = line_cost if place else _INTRO if intro else 0.0
            for found in _kept(text, line, cost, sentence_cost, limit):
                atoms.extend([found] if found.tokens <= limit else _pieces(found, text, count_tokens, limit))
    return atoms


def _costs(text: str, block: Sequence[Sequence[_Counted]], target: int, limit: int) -> tuple[float, float]:
    """What a cut inside this block costs: between two of its lines, and between two sentences of one line."""
    tokens = sum(tokens for line in block for _, _, tokens in line)
    lines = [(line[0][0], line[-1][1]) for line in block]
    is_code = len(lines) > 1 and not any(
        end - start > _CODE_WIDTH or _ITEM_OR_ROW.match(text, start, end) for start, end in lines
    )
    if is_code and tokens <= limit:
        return _CODE, _CODE
    return (_SHORT, _SHORT) if tokens <= _WHOLE * target else (_LINE, _SENTENCE)


def _blocks(text: str, spans: Sequence[Span], counts: Sequence[int]) -> Iterator[list[list[_Counted]]]:
    """Sentences with their tokens, by line, by block: a blank line is between two blocks."""
    block: list[list[_Counted]] = []
    previous = 0
    for (start, end), tokens in zip(spans, counts, strict=True):
        breaks = text.count("\n", previous, start)
        if breaks > 1 and block:
            yield block
            block = []
        if breaks or not block:
            block.append([])
        block[-1].append((start, end, tokens))
        previous = end
    if block:
        yield block


def _kept(text: str, line: Sequence[_Counted], cost: float, sentence_cost: float, limit: int) -> Iterator[_Atom]:
    """The sentences of a line; a list item or a table row is kept whole where it fits."""
    start, end, tokens = line[0][0], line[-1][1], sum(tokens for _, _, tokens in line)
    if len(line) > 1 and tokens <= limit and _ITEM_OR_ROW.match(text, start, end):
        yield _Atom(start, end, tokens, cost)
        return
    for place, (start, end, tokens) in enumerate(line):
        yield _Atom(start, end, tokens, sentence_cost if place else cost)


def _pieces(atom: _Atom, text: str, count_tokens: CountTokens, limit: int) -> list[_Atom]:
    """Cut a sentence that alone is too long, at white space where there is some, until every piece fits."""
    width = max(1, (atom.end - atom.start) * limit * 9 // (atom.tokens * 10))
    spans = _even_spans(text, atom.start, atom.end, width)
    counts = count_tokens([text[start:end] for start, end in spans])
    pieces: list[_Atom] = []
    for (start, end), tokens in zip(spans, counts, strict=True):
        piece = _Atom(start, end, tokens, atom.cost if start == atom.start else _PIECE)
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
    """Cut one section into runs near the target and never above the limit, at the places that cost least.

    A run costs its squared distance from the target, in targets, and the cut before it what its first atom says; the
    cheapest way to cut is found exactly (dynamic programming over the ends of runs).
    """
    if sum(atom.tokens for atom in atoms) <= limit:
        return [atoms]
    cheapest, begins = [0.0], [0]
    for end in range(1, len(atoms) + 1):
        size, best = 0, (inf, end - 1)
        for start in range(end - 1, -1, -1):
            size += atoms[start].tokens
            if size > limit and start < end - 1:
                break
            cost = cheapest[start] + (size / target - 1) ** 2 + (atoms[start].cost if start else 0)
            best = min(best, (cost, start))
        cheapest.append(best[0])
        begins.append(best[1])
    runs = []
    end = len(atoms)
    while end:
        runs.append(atoms[begins[end] : end])
        end = begins[end]
    return runs[::-1]
