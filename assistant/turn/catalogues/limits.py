"""Hard constraints in a request: "under 600 €", "at least 8 kg", "entre 500 y 700 euros", "color blanco"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from assistant.storage.folding import folded
from assistant.turn.catalogues.catalogue import Catalogue, Column
from assistant.turn.catalogues.quantities import MONEY, NUMBER, UNIT, Quantity, quantity

_BELOW = (
    r"under|below|less than|cheaper than|lower than|fewer than|smaller than|quieter than|lighter than|menos de"
    r"|por debajo de|inferior(?:es)? a|menor(?:es)? (?:de|que|a)|m[áa]s barat[oa]s? (?:de|que)"
)
_MOST = (
    r"up to|at most|no more than|not more than|maximum(?: of)?|max\.?|not over|within|hasta|como m[áa]ximo|como mucho"
    r"|m[áa]ximo(?: de)?|no m[áa]s de|que no (?:pase|supere|exceda)n?(?: de)?|(?:budget|presupuesto)(?: is| es)?"
    r"(?: of| de)?"
)
_ABOVE = (
    r"over|above|more than|bigger than|larger than|m[áa]s de|por encima de|superior(?:es)? a|mayor(?:es)? (?:de|que|a)"
)
_LEAST = (
    r"at least|from|minimum(?: of)?|min\.?|no less than|al menos|por lo menos|como m[íi]nimo|m[íi]nimo(?: de)?"
    r"|a partir de|desde|no menos de"
)
_COMPARED = rf"(?:(?P<below>{_BELOW})|(?P<most>{_MOST})|(?P<above>{_ABOVE})|(?P<least>{_LEAST}))"
_AFTER = (
    r"(?:\s+(?:(?P<orless>or (?:less|under|below|cheaper)|o menos|(?:como )?m[áa]ximo|max(?:imum)?|at most|como mucho)"
    r"|(?P<ormore>or (?:more|above|over|larger|bigger)|o m[áa]s|(?:como )?m[íi]nimo|min(?:imum)?|at least))(?![^\W_]))?"
)
_BETWEEN = re.compile(
    rf"(?:\b(?:between|from|entre|de|desde)\s+)(?P<cur>[€$£])?\s?(?P<low>{NUMBER})\s?(?:{UNIT})?"
    rf"\s*(?:-|–|\b(?:and|to|y|a|hasta)\b)\s*[€$£]?\s?(?P<high>{NUMBER})\s?(?P<unit>{UNIT})?"
    rf"|(?P<cur2>[€$£])?(?P<low2>{NUMBER})\s?[-–]\s?(?P<high2>{NUMBER})\s?(?P<unit2>{UNIT})",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    rf"(?:\b{_COMPARED}\s+(?:of |de |los |las |about |unos |unas )*)?(?P<cur>[€$£])?\s?(?<![\w.,])(?P<number>{NUMBER})"
    rf"\s?(?P<unit>{UNIT})?{_AFTER}",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|no|without|sin|except|excepto|salvo|nada|never|nunca)\b(?:\W+\w+){0,2}\W*$", re.IGNORECASE)
_OR_BETTER = re.compile(r"^\W*(?:or better|or above|or higher|o mejor|o superior|como minimo)")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a row has to have. `said` are the person's words; `column` holds the values that are compared."""

    said: str
    column: Column
    low: float = -inf
    high: float = inf
    open_low: bool = False
    open_high: bool = False
    values: frozenset[str] = frozenset()
    without: bool = False

    def holds(self, row: int) -> bool:
        """Whether a row keeps it; a row that does not say does not."""
        if self.values:
            cell = self.column.cells[row]
            return bool(cell) and (cell in self.values) != self.without
        found = self.column.quantities[row]
        return found is not None and self.miss(found.amount) == 0

    def miss(self, amount: float) -> float:
        """By how much an amount misses it, as a share of the limit; a little for what is exactly an open end."""
        if amount < self.low or (self.open_low and amount == self.low):
            return max(0.001, (self.low - amount) / max(abs(self.low), 1e-9))
        if amount > self.high or (self.open_high and amount == self.high):
            return max(0.001, (amount - self.high) / max(abs(self.high), 1e-9))
        return 0.0

    def far(self, row: int) -> float:
        """How far a row is from keeping it: 0 when it does, 1 and more when it is something else altogether."""
        if self.holds(row):
            return 0.0
        found = self.column.quantities[row]
        return 1.0 if self.values or found is None else self.miss(found.amount)


@dataclass(frozen=True, slots=True)
class Limits:
    """What was read: limits on columns, words for which there is no column, columns of which either may be meant.

    `rest` is the request without the words that were read.
    """

    limits: tuple[Limit, ...] = ()
    unknown: tuple[str, ...] = ()
    either: tuple[Column, ...] = ()
    rest: str = ""


def limits_of(said: str, catalogue: Catalogue) -> Limits:
    """Read the constraints of a request against the columns of a catalogue. Of two on one column the later one counts,
    unless together they leave a stretch.
    """
    limits, unknown, either, rest = list[Limit](), list[str](), list[Column](), said
    for words, ends in _amounts(said):
        columns = _columns(ends, words, said, catalogue)
        if columns is None:
            continue
        rest = rest.replace(words, " ", 1)
        if not columns:
            unknown.append(words.strip())
        elif len(columns) > 1 and not all(column.is_price for column in columns):
            either += columns
        else:
            limits += [Limit(words.strip(), each, *ends.numbers) for each in columns]
    for limit, words in _kinds(rest, catalogue):
        limits.append(limit)
        rest = re.sub(re.escape(words), " ", rest, count=1)
    return Limits(tuple(_latest(limits)), tuple(unknown), tuple(either), rest)


def _latest(limits: Sequence[Limit]) -> list[Limit]:
    """Without what was said before and is taken back: "under 600 €", and in the next turn "under 400 €"."""
    kept = list[Limit]()
    for limit in limits:
        kept = [each for each in kept if each.column is not limit.column or _both(each, limit)]
        kept.append(limit)
    return kept


def _both(one: Limit, other: Limit) -> bool:
    """Whether two limits on a column are the two ends of a stretch."""
    if one.values or other.values:
        return one.without != other.without or (one.without and other.without)
    ends = {(each.low > -inf, each.high < inf) for each in (one, other)}
    return ends == {(True, False), (False, True)} and max(one.low, other.low) <= min(one.high, other.high)


@dataclass(frozen=True, slots=True)
class _Ends:
    """A stretch of amounts; `bare` was only a number, `compared` says that it was more than that."""

    low: Quantity | None
    high: Quantity | None
    open_low: bool = False
    open_high: bool = False
    compared: bool = True

    @property
    def measure(self) -> str:
        return next((each.measure for each in (self.high, self.low) if each is not None), "")

    @property
    def numbers(self) -> tuple[float, float, bool, bool]:
        low = -inf if self.low is None else self.low.amount
        high = inf if self.high is None else self.high.amount
        return low, high, self.open_low, self.open_high


def _amounts(said: str) -> Iterator[tuple[str, _Ends]]:
    """The amounts in a text with the words they stand in."""
    taken: list[tuple[int, int]] = []
    for found in _BETWEEN.finditer(said):
        second = "2" if found["low2"] else ""
        unit, sign = found[f"unit{second}"] or "", found[f"cur{second}"] or ""
        low, high = (quantity(found[f"{end}{second}"], unit, sign) for end in ("low", "high"))
        if low.amount < high.amount:
            taken.append(found.span())
            yield found.group(), _Ends(low, high)
    for found in _LIMIT.finditer(said):
        if not any(start < found.end() and found.start() < end for start, end in taken):
            yield found.group(), _ends(found)


def _ends(found: "re.Match[str]") -> _Ends:
    amount = quantity(found["number"], found["unit"] or "", found["cur"] or "")
    if found["below"] or found["most"] or found["orless"]:
        return _Ends(None, amount, open_high=bool(found["below"]))
    if found["above"] or found["least"] or found["ormore"]:
        return _Ends(amount, None, open_low=bool(found["above"]))
    if amount.measure in MONEY:
        return _Ends(None, amount)  # "I have 600 €": what it may cost
    return _Ends(amount, amount, compared=False)


def _columns(ends: _Ends, words: str, said: str, catalogue: Catalogue) -> list[Column] | None:
    """The columns that an amount is about; none when it has a unit that no column has, None when it is no limit."""
    numbers = [column for column in catalogue.columns if column.is_number]
    before = folded(said[max(0, said.find(words) - 40) : said.find(words) + len(words)])
    if ends.measure:
        same = [each for each in numbers if each.measure == ends.measure]
        if ends.measure in MONEY and not same:
            same = list(catalogue.prices)
        if len(same) < 2:
            return same
        return _named(same, before) or _named(same, folded(said)) or same
    if not ends.compared:
        return None
    return _named(numbers, before) or list(_named(catalogue.prices, folded(said)) or catalogue.prices) or None


def _named(columns: Sequence[Column], text: str) -> list[Column]:
    """Those of which the text has a word that the others do not share."""
    shared = set.intersection(*(set(column.words.split()) for column in columns)) if len(columns) > 1 else set[str]()
    return [column for column in columns if any(_said(word, text) for word in set(column.words.split()) - shared)]


def _said(word: str, text: str) -> bool:
    return len(word) > 3 and bool(re.search(rf"\b{re.escape(word[:6])}", text))


def _kinds(said: str, catalogue: Catalogue) -> Iterator[tuple[Limit, str]]:
    """Values of columns that stand in the text: "white", "class A or better"."""
    for column in catalogue.columns:
        if len(set(column.cells)) < 2:
            continue
        found = [(value, match) for value in column.values if (match := _stands(value, column, said))]
        if not found:
            continue
        first = min(match.start() for _, match in found)
        values = frozenset(value for value, _ in found)
        after = folded(said[max(match.end() for _, match in found) :])
        if column.is_grade and _OR_BETTER.match(after):
            worst = max(values, key=_grade)
            values = frozenset(each for each in column.cells if each and _grade(each) <= _grade(worst))
        without = _NOT.search(said[:first])
        words = said[without.start() if without else first : found[0][1].end()]
        yield Limit(words, column, values=values, without=bool(without)), words


def _stands(value: str, column: Column, said: str) -> "re.Match[str] | None":
    """Where a value stands in a text; one of a letter or two only beside the name of its column."""
    if len(value) > 3:
        stem = re.escape(value[:-1]) + r"\w{0,3}" if " " not in value and value.isalpha() else re.escape(value)
        return re.search(rf"(?<!\w){stem}(?!\w)", said, re.IGNORECASE)
    names = "|".join(re.escape(word[:6]) for word in column.words.split() if len(word) > 2)
    if not names:
        return None
    return re.search(rf"(?i:\b(?:{names}|class|clase))\w*\W{{1,3}}{re.escape(value)}(?![\w+])", said)


def _grade(value: str) -> float:
    """A+++ is 0 minus three, A is 0, B is 1."""
    return ord(value[0]) - ord("A") - value.count("+") / 4
