"""Tables of a PDF page whose cells are ruled."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from knowledge.parse.pdf_rules import Rule
from knowledge.parse.pdf_words import Word

_MAX_RULES = 400
_MAX_CELLS = 2_000
_FILLED = 0.25  # of the cells; the frame of a chart with its ticks has fewer

Cells = list[list[list[Word]]]


def grids(across: Sequence[Rule], down: Sequence[Rule], words: Sequence[Word]) -> Iterator[tuple[Cells, list[Word]]]:
    """For each grid of rules its rows of cells, a merged cell at each of its places, and all words in it."""
    if len(across) + len(down) > _MAX_RULES:
        return
    for some_across, some_down in _networks(across, down):
        lefts = sorted({rule.at for rule in some_down})
        tops = sorted({-rule.at for rule in some_across})
        if len(lefts) < 3 or len(tops) < 3 or len(lefts) * len(tops) > _MAX_CELLS:
            continue
        inside: dict[tuple[int, int], list[Word]] = defaultdict(list)
        for word in words:
            row, column = bisect_right(tops, -_middle(word)) - 1, bisect_right(lefts, _centre(word)) - 1
            if 0 <= row < len(tops) - 1 and 0 <= column < len(lefts) - 1:
                inside[row, column].append(word)
        if len(inside) < _FILLED * (len(tops) - 1) * (len(lefts) - 1):
            continue
        held = [word for cell in inside.values() for word in cell]
        cells = _merged(inside, tops, lefts, some_across, some_down)
        if cells and not _is_crossed(held, some_down):
            yield cells, held


def _middle(word: Word) -> float:
    return (word.bottom + word.top) / 2


def _centre(word: Word) -> float:
    return (word.left + word.right) / 2


def _is_crossed(words: Sequence[Word], down: Sequence[Rule]) -> bool:
    """A rule goes through a word: these rules do not separate cells."""
    return any(
        word.left < rule.at - 2 and rule.at + 2 < word.right and rule.start < _middle(word) < rule.end
        for word in words
        for rule in down
    )


def _networks(across: Sequence[Rule], down: Sequence[Rule]) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Rules that touch each other."""
    left = {(False, rule) for rule in across} | {(True, rule) for rule in down}
    while left:
        network = reached = {left.pop()}
        while reached:
            reached = {other for other in left if any(_touch(other, one) for one in reached)}
            left -= reached
            network = network | reached
        yield [rule for is_down, rule in network if not is_down], [rule for is_down, rule in network if is_down]


def _touch(one: tuple[bool, Rule], other: tuple[bool, Rule]) -> bool:
    return one[0] != other[0] and one[1].covers(other[1].at) and other[1].covers(one[1].at)


def _merged(
    inside: dict[tuple[int, int], list[Word]],
    tops: Sequence[float],
    lefts: Sequence[float],
    across: Sequence[Rule],
    down: Sequence[Rule],
) -> Cells:
    """The rows of cells without empty rows and columns; none if a cell is not a rectangle."""
    rows, columns = range(len(tops) - 1), range(len(lefts) - 1)
    across_at, down_at = _by_place(across), _by_place(down)
    areas: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for row in rows:
        for column in columns:
            area = {(row, column)}
            if column and not _between(down_at[lefts[column]], -(tops[row] + tops[row + 1]) / 2):
                area |= areas[row, column - 1]
            if row and not _between(across_at[-tops[row]], (lefts[column] + lefts[column + 1]) / 2):
                area |= areas[row - 1, column]
            areas |= dict.fromkeys(area, area)
    for area in areas.values():
        if len(area) != len({row for row, _ in area}) * len({column for _, column in area}):
            return []
    cells = {place: [word for part in sorted(area) for word in inside[part]] for place, area in areas.items()}
    filled = [column for column in columns if any(cells[row, column] for row in rows)]
    table = [[cells[row, column] for column in filled] for row in rows]
    return [row for row in table if any(row)]


def _by_place(rules: Sequence[Rule]) -> dict[float, list[Rule]]:
    return {at: [rule for rule in rules if rule.at == at] for at in {rule.at for rule in rules}}


def _between(rules: Sequence[Rule], place: float) -> bool:
    return any(rule.covers(place) for rule in rules)
