"""Of two versions of one document, the current one answers.

Organisations keep last year's policy beside this year's, in nearly the same words; a search finds both, and a small
model takes either. Documents whose names and titles differ only in a year or a version number are versions of one
another; the older ones are left out, unless the question names their year or version. Dated records (minutes of
2026-01) and names that are nothing but a number are not versions of anything.
"""

import re
from collections.abc import Sequence

from knowledge.passage import Passage

_VERSION = re.compile(r"(?<![0-9])(?:(?:19|20)\d\d(?![-_.]?\d)|v\d{1,4}(?:[._]\d{1,6})*)(?![0-9])", re.IGNORECASE)

Family = tuple[str, str]


def current(passages: Sequence[Passage], question: str) -> list[Passage]:
    """`passages` without those of superseded documents, in the same order."""
    newest: dict[Family, tuple[int, ...]] = {}
    for passage in passages:
        family, version = _family(passage)
        newest[family] = max(version, newest.get(family, ()))
    asked = {number for found in _VERSION.findall(question) for number in _numbers(found)}
    return [passage for passage in passages if _stays(passage, newest, asked)]


def _stays(passage: Passage, newest: dict[Family, tuple[int, ...]], asked: set[int]) -> bool:
    family, version = _family(passage)
    return version == newest[family] or bool(asked & set(version))


def _family(passage: Passage) -> tuple[Family, tuple[int, ...]]:
    """Name and title without their versions, and the name's versions as comparable numbers."""
    found = _VERSION.findall(passage.document)
    name = _VERSION.sub("#", passage.document)
    if not found or not any(char.isalpha() for char in name.rpartition(".")[0] or name):
        return (passage.document, ""), ()
    return (name, _VERSION.sub("#", passage.title)), tuple(number for each in found for number in _numbers(each))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
