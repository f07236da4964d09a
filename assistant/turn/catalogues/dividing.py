"""What to ask first when a request says nothing that divides the rows of a catalogue."""

from collections import Counter
from math import log

from assistant.turn.catalogues.catalogue import Catalogue, Column

# A price divides people as well as things: it is asked for unless something else divides clearly better.
_PRICE_BONUS = 0.15
_FEW = 6


def dividing(catalogue: Catalogue) -> Column | None:
    """The column that tells the rows apart best, that people can answer for; None when they are all alike."""
    able = [each for each in catalogue.columns if _spread(each) > 0]
    return max(able, key=lambda column: _spread(column) + _PRICE_BONUS * column.is_price, default=None)


def span(column: Column) -> tuple[str, str]:
    """The cells with the lowest and the highest amount, as they are written."""
    known = [(each.amount, cell) for each, cell in zip(column.quantities, column.cells, strict=True) if each]
    return min(known)[1], max(known)[1]


def _spread(column: Column) -> float:
    """Between 0 and 1: the part of the highest amount that separates it from the lowest, or how evenly kinds divide."""
    if column.is_number:
        if not column.measure and not column.is_price:
            return 0.0
        amounts = [each.amount for each in column.quantities if each is not None]
        return (max(amounts) - min(amounts)) / max(amounts) if max(amounts) > 0 else 0.0
    if not 1 < len(column.values) <= _FEW:
        return 0.0
    counts = Counter(cell for cell in column.cells if cell)
    total = sum(counts.values())
    entropy = -sum(n / total * log(n / total) for n in counts.values()) / log(len(counts))
    return entropy * len([cell for cell in column.cells if cell]) / len(column.cells) * 0.5
