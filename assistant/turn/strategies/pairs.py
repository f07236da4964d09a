"""Two things named together, each made whole: "the hotel limit for Lisbon and Cologne" speaks of two hotel limits."""

import re
from collections.abc import Sequence

_PREPOSITION_NAMES = "in at for from of on to with under by en a al de del con para por desde sobre según bajo"
_PREPOSITIONS = frozenset(_PREPOSITION_NAMES.split())
_ARTICLE_NAMES = "the a an el la los las un una unos unas lo"
_ARTICLES = frozenset(_ARTICLE_NAMES.split())
_CODE = re.compile(r"\w*\d[\w.,-]*$")
_JOINTS = re.compile(r"\s+(?:and|with|y|e|con)\s+", re.IGNORECASE)
_COMMAS = re.compile(r",\s*(?:and\s+|y\s+|e\s+)?|\s+(?:and|y|e)\s+", re.IGNORECASE)
MOST_THINGS = 4


def joined_things(text: str) -> tuple[str, ...]:
    """The things of "A and B" or "A, B y C", each made whole; nothing when it names no two."""
    text = text.strip(" ?¿.!,;:")
    if "," in text:
        things = [each.strip() for each in _COMMAS.split(text) if each and each.strip()]
        if 2 < len(things) <= MOST_THINGS and max(len(each.split()) for each in things) <= 6:
            return _whole_list(things)
    joints = list(_JOINTS.finditer(text))
    if not joints:
        return ()
    halves = [(text[: joint.start()], text[joint.end() :]) for joint in joints]
    best = max(halves, key=lambda both: _alike(*both))
    return whole_pair(*best)


def whole_pair(left: str, right: str) -> tuple[str, ...]:
    """Both things as if each were named alone."""
    one, two = left.split(), right.split()
    if not one or not two:
        return ()
    if (completed := _with_beginning(one, two)) is not None:
        return left.strip(), completed
    if (completed := _with_end(one, two)) is not None:
        return completed, right.strip()
    return left.strip(), right.strip()


def _whole_list(things: Sequence[str]) -> tuple[str, ...]:
    first, *others = things
    return (first, *(whole_pair(first, each)[1] for each in others))


def _with_beginning(one: list[str], two: list[str]) -> str | None:
    """The second thing with what it leaves unsaid of the first: "the deposit of the D12 and that of the D20"."""
    bare = two[1:] if two[0].casefold() in _ARTICLES and len(two) > 1 else two
    if bare[0].casefold() in _PREPOSITIONS:
        places = [i for i, word in enumerate(one) if i and word.casefold() == bare[0].casefold()]
        return " ".join([*one[: places[-1]], *bare]) if places else None
    spoken = [i for i, word in enumerate(one) if i and word.casefold() in _PREPOSITIONS]
    if spoken and bare is two and len(two) <= 2 and not set(_lower(two)) & _PREPOSITIONS and len(one) - spoken[-1] <= 4:
        return " ".join([*one[: spoken[-1] + 1], *two])
    own = [word for word in one if word.casefold() not in _ARTICLES]
    if len(bare) == 1 and len(own) >= 2 and not spoken:
        if _CODE.match(bare[0]) and _CODE.match(own[-1]):
            return " ".join([*one[:-1], *bare])
        if bare[0].islower() and own[-1].islower() and bare is not two:
            spanish = two[0].casefold() in {"el", "la", "los", "las"}
            return " ".join([*one[:-1], *bare] if spanish else [*two, one[-1]])
    return None


def _with_end(one: list[str], two: list[str]) -> str | None:
    """The first thing with what only the second says: "the standard and the extended warranty"."""
    own, theirs = ([word for word in words if word.casefold() not in _ARTICLES] for words in (one, two))
    if len(own) != 1 or len(theirs) < 2 or not own[0].islower() or not theirs[0].islower():
        return None
    return " ".join([*one, *theirs[1:]])


def _alike(left: str, right: str) -> float:
    """How alike two sides begin and end, and how little their lengths differ."""
    one, two = _lower(left.split()), _lower(right.split())
    if not one or not two:
        return -100.0
    start = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    end = next((i for i, (a, b) in enumerate(zip(one[::-1], two[::-1], strict=False)) if a != b), 0)
    return 2 * start + end - 0.5 * abs(len(one) - len(two))


def _lower(words: Sequence[str]) -> list[str]:
    return [word.casefold() for word in words]
