"""Times of day as people say them, in English and Spanish: "at half past five", "a las cinco y media", "17:30".

Texts come folded: lower case, without accents (`assistant.storage.folding`).
"""

import re
from dataclasses import dataclass
from typing import Literal

Part = Literal["morning", "afternoon"]

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty-five": 25, "twenty five": 25, "thirty": 30,
    "forty": 40, "forty-five": 45, "forty five": 45, "fifty": 50, "a quarter": 15, "quarter": 15,
    "una": 1, "un": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16,
    "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veinticinco": 25, "treinta": 30,
    "cuarenta": 40, "cuarenta y cinco": 45, "cincuenta": 50, "cuarto": 15, "media": 30, "half": 30,
}  # fmt: skip
_ES_HOURS = "una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce"
_EN_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_ES_MINUTES = "media|cuarto|cinco|diez|quince|veinte|veinticinco|treinta|cuarenta y cinco|cuarenta|cincuenta"
_EN_MINUTES = "fifteen|thirty|forty[- ]five|twenty[- ]five|twenty|forty|ten|fifty"
_MERIDIEM = r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)"
_PART = (
    r"(?:\s*,?\s*(?:(?:de|por|en) la (?P<part_es>manana|tarde|noche)|del (?P<noon_es>mediodia)"
    r"|(?:in the|at) (?P<part_en>morning|afternoon|evening|night)))"
)
_DIGITS = r"(?P<hour>\d{1,2})(?:\s?[:.h]\s?(?P<minute>\d{2})(?!\d))?(?:\s?h(?:oras|rs)?\b)?"
_ES_AFTER = (
    rf"(?:\s+y\s+(?P<plus>{_ES_MINUTES}|\d{{1,2}})\b|\s+menos\s+(?P<minus>{_ES_MINUTES}|\d{{1,2}})\b)?(?:\s+en punto)?"
)
# In order: the first that matches is taken. Those in `_BARE` count only when a time was asked for.
_SURE = (
    rf"\b(?:a|sobre|hacia|para|desde)?\s*(?:las?)\s+(?:{_DIGITS}|(?P<word>{_ES_HOURS})\b)"
    rf"{_ES_AFTER}{_MERIDIEM}?{_PART}?",
    rf"\b(?P<frac>half|a quarter|quarter|{_EN_MINUTES}|five|\d{{1,2}})\s+(?:minutes\s+)?(?P<side>past|after|to)\s+"
    rf"(?:(?P<hour>\d{{1,2}})|(?P<word>{_EN_HOURS}))\b{_MERIDIEM}?{_PART}?",
    rf"\b(?:at|around|about|by|from)\s+(?:{_DIGITS}|(?P<word>{_EN_HOURS})\b(?:[ -](?P<plus>{_EN_MINUTES})\b)?)"
    rf"(?:\s*o'?\s?clock)?{_MERIDIEM}?{_PART}?",
    rf"\b(?P<hour>\d{{1,2}})(?:\s?[:.]\s?(?P<minute>\d{{2}}))?{_MERIDIEM}{_PART}?",
    rf"\b(?P<hour>\d{{1,2}})\s?[:h]\s?(?P<minute>\d{{2}})(?!\d)(?:\s?h\b)?{_PART}?",
    rf"\b(?P<hour>\d{{1,2}})\s?h(?:oras|rs)?\b{_PART}?",
    rf"\b(?:(?P<hour>\d{{1,2}})|(?P<word>{_EN_HOURS}))\s*o'?\s?clock{_PART}?",
    rf"\b(?P<word>{_ES_HOURS})\s+(?:y\s+(?P<plus>media|cuarto)|menos\s+(?P<minus>cuarto))\b{_PART}?",
    rf"\b(?P<word>{_EN_HOURS})[ -](?P<plus>thirty|fifteen|forty[- ]five)\b{_MERIDIEM}?{_PART}?",
    r"\b(?:(?:at|a)\s+)?(?:al\s+)?(?P<noon>noon|midday|mediodia)\b",
)
_BARE = (
    rf"^\W*(?:{_DIGITS}|(?P<word>{_ES_HOURS}|{_EN_HOURS})\b)"
    rf"(?:\s*(?:is fine|works|please|por favor|va bien|esta bien))?{_ES_AFTER}{_MERIDIEM}?{_PART}?\W*$",
)
_SURE_PATTERNS = tuple(re.compile(pattern) for pattern in _SURE)
_BARE_PATTERNS = tuple(re.compile(pattern) for pattern in _BARE)
_PART_ALONE = re.compile(
    r"\b(?:(?:in the|this|on|tomorrow)\s+(?P<en>morning|afternoon|evening)|(?:por|de|en) la (?P<es>manana|tarde|noche)"
    r"|esta (?P<es2>manana|tarde|noche))\b"
)
_MORNING = {"morning", "manana"}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as it was said. `sure` unless the hour may be one of the morning or of the afternoon."""

    hour: int
    minute: int
    sure: bool


@dataclass(frozen=True, slots=True)
class SaidTime:
    """The time that a text names, the part of the day, and the text without the time."""

    clock: Clock | None
    part: Part | None
    rest: str


def read_time(text: str, *, asked: bool = False) -> SaidTime:
    """Find a time in folded text; `asked` when the person was asked for one, so that "five" is one."""
    for pattern in _SURE_PATTERNS + (_BARE_PATTERNS if asked else ()):
        for found in pattern.finditer(text):
            clock = _clock(found)
            if clock is not None:
                rest = f"{text[: found.start()]} | {text[found.end() :]}"
                return SaidTime(clock, _part(rest), rest)
    return SaidTime(None, _part(text), text)


def _part(text: str) -> Part | None:
    found = _PART_ALONE.search(text)
    if found is None:
        return None
    said = found.group("en") or found.group("es") or found.group("es2")
    return "morning" if said in _MORNING else "afternoon"


def _clock(found: re.Match[str]) -> Clock | None:
    groups = found.groupdict()
    if groups.get("noon"):
        return Clock(12, 0, True)
    written = groups.get("hour")
    hour = int(written) if written else _WORDS.get(groups.get("word") or "", -1)
    minute = int(groups.get("minute") or 0)
    hour, minute = _shifted(hour, minute, groups)
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        return None
    return _in_part(hour, minute, groups, leading_zero=(written or "").startswith("0"))


def _shifted(hour: int, minute: int, groups: dict[str, str | None]) -> tuple[int, int]:
    """With the minutes that were said in words: "y media", "menos cuarto", "half past", "ten to"."""
    minute += _number(groups.get("plus"))
    fraction = _number(groups.get("frac"))
    earlier = _number(groups.get("minus")) + (fraction if groups.get("side") == "to" else 0)
    minute += fraction if groups.get("side") in {"past", "after"} else 0
    return ((hour - 1) if hour > 1 else 12, 60 - earlier) if earlier else (hour, minute)


def _in_part(hour: int, minute: int, groups: dict[str, str | None], *, leading_zero: bool) -> Clock:
    part = groups.get("part_es") or groups.get("part_en") or ("mediodia" if groups.get("noon_es") else None)
    half = groups.get("half")
    if half is None and part is None:
        return Clock(hour, minute, sure=hour == 0 or hour > 12 or leading_zero)
    morning = half == "a" if half else part in _MORNING
    if morning:
        return Clock(0 if hour == 12 and half else hour, minute, True)
    return Clock(hour + 12 if hour < 12 and not (part == "mediodia" and hour >= 11) else hour, minute, True)


def _number(said: str | None) -> int:
    if not said:
        return 0
    return int(said) if said.isdigit() else _WORDS.get(said, _WORDS.get(said.replace("-", " "), 0))
