"""One answer into as many messages as it takes: each within the platform's limit, in order, with nothing lost."""

from collections.abc import Iterator

from connectors.markdown.cut import cut, good, halves, pieces, sizes, told
from connectors.markdown.dialect import Dialect
from connectors.markdown.tree import Block, Blocks, Items, Quote, Table

# A cut that reads well is taken when it keeps at least this part of what would fit.
WORTHWHILE = 0.6


def split(blocks: Blocks, dialect: Dialect, limit: int | None = None) -> list[Blocks]:
    """The messages of a text, each as blocks. `limit` is smaller than the dialect's where something is added later."""
    return list(splitting(blocks, dialect, limit))


def splitting(blocks: Blocks, dialect: Dialect, limit: int | None = None) -> Iterator[Blocks]:
    """The same, one message after the other: the first is there before the rest has been looked at."""
    most = min(limit or dialect.limit, dialect.limit)
    current: Blocks = ()
    for block in blocks:
        if _fits((*current, block), dialect, most):
            current = (*current, block)
            continue
        if current and not _worth_filling(current, block, dialect, most):
            yield current
            current = ()
        waiting: Blocks | None = None
        for part in _parts(current, block, dialect, most):
            if waiting is not None:
                yield waiting
            waiting = part
        current = waiting or ()
    if current:
        yield current


def _fits(blocks: Blocks, dialect: Dialect, limit: int) -> bool:
    return dialect.length(dialect.render(blocks)) <= limit


def _worth_filling(current: Blocks, block: Block, dialect: Dialect, limit: int) -> bool:
    """Whether a block that has to be cut anyway should begin in a message that is not half full."""
    too_long = not _fits((block,), dialect, limit)
    return too_long and dialect.length(dialect.render(current)) < limit // 2


def _parts(before: Blocks, block: Block, dialect: Dialect, limit: int) -> Iterator[Blocks]:
    """A block as the ends and beginnings of messages, the first of them behind `before`."""
    rest: Block | None = block
    while rest is not None and not _fits((*before, rest), dialect, limit):
        at = _most(before, rest, dialect, limit)
        if at:
            left, rest = cut(rest, at)
            yield (*before, left)
        elif before:
            yield before
        else:
            *whole, last = _broken(rest, dialect, limit)
            yield from whole
            yield last
            return
        before = ()
    if rest is not None:
        yield (*before, rest)


def _most(before: Blocks, block: Block, dialect: Dialect, limit: int) -> int:
    """The most pieces that still fit behind `before`; fewer when that ends a sentence or an item."""
    each = sizes(block)
    low, high = 0, _at_most(each, limit)
    if high + 1 < len(each):
        block, _ = cut(block, high + 1)  # what is far beyond the limit is not written at every step
    while low < high:
        middle = (low + high + 1) // 2
        if _fits((*before, cut(block, middle)[0]), dialect, limit):
            low = middle
        else:
            high = middle - 1
    for at in range(low, max(0, int(low * WORTHWHILE) - 1), -1):
        if good(block, at):
            return at
    return low


def _at_most(each: list[int], limit: int) -> int:
    """More pieces (of these sizes) than this cannot fit, however they are written; never all of them."""
    total = 0
    for number, size in enumerate(each):
        total += size
        if total > limit:
            return number
    return len(each) - 1


def _broken(block: Block, dialect: Dialect, limit: int) -> Iterator[Blocks]:
    """A block whose first piece alone is too long."""
    if isinstance(block, Table):
        yield from split(told(block), dialect, limit)
        return
    if pieces(block) > 1:
        first, rest = cut(block, 1)
        yield from _broken(first, dialect, limit)
        yield from split((rest,), dialect, limit)
        return
    if isinstance(block, Items | Quote):
        # What is nested so deep that its marks fill a message goes on without them.
        inner = block.blocks if isinstance(block, Quote) else tuple(b for item in block.items for b in item.blocks)
        yield from split(inner, dialect, limit)
        return
    torn = halves(block)
    yield from ((block,),) if torn is None else split(torn, dialect, limit)
