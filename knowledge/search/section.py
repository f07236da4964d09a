"""From a hit to the section around it: small passages are found well, larger ones are understood better."""

from collections.abc import Callable, Sequence

from knowledge.parse.document import Heading, ParsedDocument
from knowledge.sentences import Span, sentence_spans

CountTokens = Callable[[Sequence[str]], list[int]]


def section_around(document: ParsedDocument, start: int, end: int, tokens: int, count: CountTokens) -> Span:
    """The span of the section that holds `start` to `end`: the largest one that fits into `tokens`, or a part of one.

    Where even the innermost section is too long, sentences before and after are added in turn while they fit. The hit
    itself is always held, whatever it costs.
    """
    for a, b in _sections(document.headings, len(document.text), start, end):
        if sum(count([document.text[a:b]])) <= tokens:
            return _trimmed(document.text, min(a, start), max(b, end))
    return _grown(document, start, end, tokens, count)


def heading_at(headings: Sequence[Heading], position: int) -> tuple[str, ...]:
    """The path of headings that a position stands under."""
    stack: list[Heading] = []
    for heading in headings:
        if heading.start > position:
            break
        while stack and stack[-1].level >= heading.level:
            stack.pop()
        stack.append(heading)
    return tuple(heading.text for heading in stack)


def _sections(headings: Sequence[Heading], length: int, start: int, end: int) -> list[Span]:
    """The sections that hold a span, the whole document first, the innermost last."""
    spans = [(0, length)]
    for number, heading in enumerate(headings):
        after = (later.start for later in headings[number + 1 :] if later.level <= heading.level)
        close = next(after, length)
        if heading.start <= start and end <= close:
            spans.append((heading.start, close))
    return spans


def _grown(document: ParsedDocument, start: int, end: int, tokens: int, count: CountTokens) -> Span:
    low, high = _sections(document.headings, len(document.text), start, end)[-1]
    spans = [(low + a, low + b) for a, b in sentence_spans(document.text[low:high])]
    before = [span for span in spans if span[1] <= start]
    after = [span for span in spans if span[0] >= end]
    left = tokens - sum(count([document.text[start:end]]))
    costs = dict(zip([*before, *after], count([document.text[a:b] for a, b in [*before, *after]]), strict=True))
    forward = True
    while before or after:
        side = after if (forward and after) or not before else before
        span = side[0] if side is after else side[-1]
        left -= costs[span]
        if left < 0:
            break
        start, end = min(start, span[0]), max(end, span[1])
        side.pop(0 if side is after else -1)
        forward = not forward
    return start, end


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
