"""Whether a line states the amounts of a claim, by code: neither a small nor a large model tells 24 days from 26.

In a row of a table an amount has to stand in the column that the claim speaks of: "at the airport it costs 22 €" beside
"Online: 22 € | Airport: 48 €" says something else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.grounding.citations import figures
from assistant.grounding.differing import UNITS
from assistant.grounding.support.wording import negated
from assistant.storage.folding import folded
from knowledge.lexical.analyzer import Analyzer

Agreement = Literal["same", "other"]

# Without "once", eleven: at once.
_WORDS = {
    **dict.fromkeys(("two", "dos"), 2), **dict.fromkeys(("three", "tres"), 3), **dict.fromkeys(("four", "cuatro"), 4),
    **dict.fromkeys(("five", "cinco"), 5), **dict.fromkeys(("six", "seis"), 6), **dict.fromkeys(("seven", "siete"), 7),
    **dict.fromkeys(("eight", "ocho"), 8), **dict.fromkeys(("nine", "nueve"), 9), **dict.fromkeys(("ten", "diez"), 10),
    "eleven": 11, **dict.fromkeys(("twelve", "doce"), 12),
    **dict.fromkeys(("fifteen", "quince"), 15), **dict.fromkeys(("twenty", "veinte"), 20),
    **dict.fromkeys(("thirty", "treinta"), 30), **dict.fromkeys(("sixty", "sesenta"), 60),
}  # fmt: skip
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")
# A number of its own: not of a code (N12, FT-9, L2), and no year.
_NUMBER = re.compile(r"(?<![\w.,:/])\d+(?:[.,:/]\d+|-\d\d-\d\d)*(?![^\W\d_]*\d)")
_CODE_BEFORE = re.compile(r"[^\W\d_]-?$")
_MODALS = re.compile(r"\b(?:may|can|must|could|able|puede|pueden|debe|deben|podrá)\b", re.IGNORECASE)
_YES, _NO = ("yes", "si", "true"), ("no", "false")
_YEAR = re.compile(r"(?:19|20)\d\d")
# How far before a number the sign of a currency or the letters of a code stand.
NEAR = 6
# How far behind a number its unit stands.
_UNIT_WITHIN = 14
# What a word of a part that the claim does not have counts against it, beside one that it has.
MISSING = 0.5


# A stretch: "from 6 to 11 years".
_STRETCH = re.compile(r"(\d+(?:[.,]\d+)?)\s*[%€]?\s*(?:-|–|to|a|and|y|hasta)\s*(?:el |los |the )?(\d+(?:[.,]\d+)?)\b")
# What begins the words of the next amount in a sentence.
_JOINT = re.compile(r"[,;]|\b(?:y|e|o|and|or|but|pero|while|mientras)\b")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in one form, and which of the known units stands behind it (None: none does)."""

    number: str
    unit: int | None


@dataclass(frozen=True, slots=True)
class _Part:
    """A cell under the name of its column, or an amount of a sentence with the words that go with it."""

    label: str
    amounts: tuple[Amount, ...]

    def has(self, wanted: Amount) -> bool:
        return any(each.number == wanted.number for each in self.amounts)

    def may_rival(self, wanted: Amount) -> bool:
        """Whether it has an amount of the same unit, or of one that is not said."""
        return any(each.unit == wanted.unit or each.unit is None for each in self.amounts)

    def rivals(self, wanted: Amount) -> bool:
        return any(each.unit == wanted.unit for each in self.amounts)


def agreement(claim: str, line: str, known: str, analyzer: Analyzer) -> Agreement | None:
    """ "same" when the line has every amount of the claim, where the claim speaks of it; "other" when it has another of
    the same unit in its place; None where amounts do not tell. `known` (title, headings) may hold amounts as well.
    """
    held = {each.number for each in amounts(known)}
    wanted = [each for each in amounts(claim) if each.number not in held]
    if not wanted:
        return None
    parts = _parts(line)
    missing = [each for each in wanted if not any(part.has(each) for part in parts) and not _within(each, line)]
    if missing:
        return "other" if any(part.rivals(each) for each in missing for part in parts) else None
    terms = frozenset(analyzer.query_terms(claim, None))
    # a column that has another amount of the claim is not the one that this amount should stand in
    others = [part for part in parts if not any(part.has(each) for each in wanted)]
    return "other" if any(_elsewhere(each, parts, others, terms, analyzer) for each in wanted) else "same"


def held(claim: str, line: str, known: str) -> frozenset[str]:
    """The numbers of a claim's amounts that the line has, or what is `known` beside it (title, headings)."""
    beside, parts = {each.number for each in amounts(known)}, _parts(line)
    return frozenset(
        each.number for each in amounts(claim)
        if each.number in beside or any(part.has(each) for part in parts) or _within(each, line)
    )  # fmt: skip


def in_another_unit(claim: str, lines: Sequence[str]) -> bool:
    """Whether lines count something else with a number of the claim: "1 week" where they say "days a week: 1"."""
    held = [amount for line in lines for part in _parts(line) for amount in part.amounts]
    for wanted in amounts(claim):
        units = {each.unit for each in held if each.number == wanted.number and each.unit is not None}
        if wanted.unit is not None and units and wanted.unit not in units:
            return True
    return False


def denied(claim: str, line: str, analyzer: Analyzer) -> bool:
    """Whether a row says yes or no to what a claim says, and the claim says the other.

    All words of the column's name, two at least, are the claim's.
    """
    said = frozenset(analyzer.query_terms(claim, None))
    for name, mark, value in (cell.partition(": ") for cell in line.split(" | ")):
        words = _stems(_MODALS.sub(" ", name), analyzer)
        if mark and len(words) > 1 and all(word & said for word in words) and folded(value) in (*_YES, *_NO):
            return negated(claim) == (folded(value) in _YES)
    return False


def amounts(text: str) -> list[Amount]:
    """The numbers of a text with their units, number words among them."""
    return [amount for amount, _, _ in _found(_plain(text))]


def standing(text: str) -> tuple[str, list[tuple[str, int, int]]]:
    """A text in one form, and the numbers in it with where they stand."""
    plain = _plain(text)
    return plain, [(amount.number, start, end) for amount, start, end in _found(plain)]


def _plain(text: str) -> str:
    return _WORD.sub(lambda found: str(_WORDS[found.group()]), folded(text))


def _found(plain: str) -> list[tuple[Amount, int, int]]:
    """The amounts in a plain text, and where each number stands."""
    found = []
    for number in _NUMBER.finditer(plain):
        near = plain[max(0, number.start() - NEAR) : number.start()]
        if _CODE_BEFORE.search(near) or _YEAR.fullmatch(number.group()):
            continue
        before = near.rstrip()[-1:]
        before = before if before in "€$£" else ""
        behind = re.split(r"\d", plain[number.end() : number.end() + _UNIT_WITHIN])[0]
        unit = _first_unit(f"{before} {behind}")
        form = "-".join(sorted(figures(number.group())))
        found.append((Amount(form, unit), number.start(), number.end()))
    return found


def _first_unit(text: str) -> int | None:
    """The unit that comes first: in "hours a day" it is hours that are counted."""
    found = [(match.start(), place) for place, kind in enumerate(UNITS) if (match := kind.search(text))]
    return min(found)[1] if found else None


def _parts(line: str) -> list[_Part]:
    """The cells of a row; of a sentence, its amounts, each with the words up to the next one's."""
    if " | " in line:
        return [_cell(*cell.partition(": ")) for cell in line.split(" | ")]
    plain, start, parts = _plain(line), 0, list[_Part]()
    found = _found(plain)
    for place, (amount, _, end) in enumerate(found):
        until = found[place + 1][1] if place + 1 < len(found) else len(plain)
        joint = _JOINT.search(plain, end, until) if place + 1 < len(found) else None
        stop = joint.start() if joint else until
        parts.append(_Part(plain[start:stop], (amount,)))
        start = stop
    return parts


def _cell(name: str, mark: str, value: str) -> _Part:
    """A cell; its unit may stand in the name of the column."""
    if not mark:
        return _Part("", tuple(amounts(name)))
    unit = _first_unit(name)
    return _Part(name, tuple(each if each.unit is not None else Amount(each.number, unit) for each in amounts(value)))


def _within(wanted: Amount, line: str) -> bool:
    """Whether a stretch in the line goes over an amount."""
    if not wanted.number.replace(".", "", 1).isdigit():
        return False
    value = float(wanted.number)
    ends = [
        (float(low.replace(",", ".")), float(high.replace(",", "."))) for low, high in _STRETCH.findall(_plain(line))
    ]
    return any(low <= value <= high for low, high in ends)


def _elsewhere(
    wanted: Amount, parts: Sequence[_Part], others: Sequence[_Part], claim: frozenset[str], analyzer: Analyzer
) -> bool:
    """Whether the claim names another part than those that have the amount."""
    holding = [part for part in parts if part.has(wanted)]
    others = [part for part in others if part.may_rival(wanted)]
    rivals = [*holding, *others]
    if not holding or not others:
        return False
    labels = {part.label: _stems(part.label, analyzer) for part in rivals}
    shared = frozenset.intersection(*(frozenset().union(*words) for words in labels.values()))
    telling = {label: [word for word in words if not word & shared] for label, words in labels.items()}
    has = {label: sum(bool(word & claim) for word in words) for label, words in telling.items()}
    score = {label: has[label] - MISSING * (len(words) - has[label]) for label, words in telling.items()}
    named = [score[part.label] for part in others if has[part.label]]
    return bool(named) and max(named) > max(score[part.label] for part in holding)


def _stems(label: str, analyzer: Analyzer) -> list[frozenset[str]]:
    """The stems of each word of a label."""
    return [frozenset(analyzer.query_terms(word, None)) for word in analyzer.words(label) if not word.isdigit()]
