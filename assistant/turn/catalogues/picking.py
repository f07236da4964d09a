"""Which rows of a catalogue to recommend: those within every limit, by how well they fulfil the wishes."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from assistant.storage.folding import folded
from assistant.turn.catalogues.catalogue import Catalogue, Row
from assistant.turn.catalogues.limits import Limit, Limits, limits_of
from assistant.turn.catalogues.wishes import Wish, wishes_of

MOST_OPTIONS = 3
# Nearness to what is left of a request weighs half as much as a wish that a column can tell.
NEARNESS = 0.5
# What a wish counts that is not fulfilled at all, so that the others still tell such rows apart.
LEAST = 0.1

Near = Callable[[str, Sequence[Row]], Sequence[float]]
"""How near each row is to some words; more is nearer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person wants of a catalogue. `free` are the words of it that no column stands for, and
    `missing` those of them that are in no row.
    """

    limits: Limits
    wishes: tuple[Wish, ...]
    free: str
    missing: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether anything divides the rows."""
        return bool(self.limits.limits or self.limits.unknown or self.wishes or self.free)


@dataclass(frozen=True, slots=True)
class Option:
    """A row, and the limits it misses."""

    row: int
    missed: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Picked:
    """The options, best first; `fitting` of all rows keep every limit. Without any the options are the nearest."""

    options: tuple[Option, ...]
    fitting: int


def read_request(said: str, thing: str, catalogue: Catalogue, free_words: Callable[[str], str]) -> Request:
    """Read limits and wishes for a `thing`; `free_words` leaves of the rest what says something."""
    limits = limits_of(said, catalogue)
    words = "|".join(re.escape(word) for word in thing.split())
    wishes, rest = wishes_of(re.sub(rf"\b(?:{words})\b", " ", folded(limits.rest)) if words else limits.rest, catalogue)
    free = free_words(rest)
    return Request(limits, tuple(wishes), free, tuple(_missing(free, catalogue)))


def _missing(free: str, catalogue: Catalogue) -> Iterator[str]:
    """The words that no row has, by their beginnings."""
    rows = folded(" ".join(row.sentence.text for row in catalogue.rows))
    for word in free.split():
        beginning = folded(word)[: max(4, len(word) - 2)]
        if not re.search(rf"\b{re.escape(beginning)}", rows):
            yield word


def pick(request: Request, catalogue: Catalogue, near: Near) -> Picked:
    """Choose. A row that misses a limit is never among others that keep them all."""
    limits, rows = request.limits.limits, range(len(catalogue.rows))
    fitting = [row for row in rows if all(limit.holds(row) for limit in limits)]
    if not fitting:
        ranked = sorted(rows, key=lambda row: (sum(not limit.holds(row) for limit in limits), _far(limits, row)))
        nearest = [Option(row, tuple(each for each in limits if not each.holds(row))) for row in ranked]
        return Picked(tuple(nearest[:MOST_OPTIONS]), 0)
    scores = dict.fromkeys(fitting, 0.0)
    if request.wishes:
        scores = _together([wish.scores(fitting) for wish in request.wishes], fitting)
    if request.free:
        found = near(request.free, [catalogue.rows[row] for row in fitting])
        low, high = min(found), max(found)
        for row, nearness in zip(fitting, found, strict=True):
            scores[row] += NEARNESS * ((nearness - low) / (high - low) if high > low else 0.0)
    ranked = sorted(
        fitting, key=lambda row: (bool(unavailable(catalogue, row)), -round(scores[row], 6), _price(catalogue, row))
    )
    return Picked(tuple(Option(row) for row in ranked[:MOST_OPTIONS]), len(fitting))


def _together(wishes: Sequence[Mapping[int, float]], rows: Sequence[int]) -> dict[int, float]:
    """How well rows fulfil wishes together: what fails one of them is no good middle (a geometric mean)."""
    fulfilled = {row: prod(LEAST + wish.get(row, 0.0) for wish in wishes) for row in rows}
    return {row: len(wishes) * value ** (1 / len(wishes)) for row, value in fulfilled.items()}


def _far(limits: Sequence[Limit], row: int) -> float:
    return sum(limit.far(row) for limit in limits)


def _price(catalogue: Catalogue, row: int) -> float:
    """What a row costs at most; free of charge where there are no prices, so that the order of the table stays."""
    found = (column.quantities[row] for column in catalogue.prices)
    return max((each.amount for each in found if each is not None), default=0.0)


def unavailable(catalogue: Catalogue, row: int) -> str:
    """The cell in which a row says that it cannot be had at present; empty when it does not."""
    words = ("out of stock", "sold out", "discontinued", "agotad", "sin existencias", "descatalogad", "no disponible")
    cells = catalogue.rows[row].cells.values()
    return next((cell for cell in cells if any(word in folded(cell) for word in words)), "")
