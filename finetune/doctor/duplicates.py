"""Rows that are there twice, or nearly."""

import re
from collections.abc import Iterator, Sequence

from finetune.asked import context_of, question_of
from finetune.doctor.findings import Finding, rows_in_words
from finetune.examples import Example
from finetune.minhash import near_pairs, resemblance, shingles

# Questions, what they are answered from, and replies have to resemble each other, each by itself: prompts with the same
# passages in them are nearly the same, whatever is asked. Single words count in questions, which are short.
ALIKE, QUESTIONS_ALIKE = 0.8, 0.7
_SPACE = re.compile(r"\s+")


class Duplicates:
    """Of rows that are the same, or nearly, the first is kept; those that contradict each other are told."""

    name = "duplicates"

    def __init__(self, alike: float = ALIKE) -> None:
        self._alike = alike

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """Exact ones, near ones, and replies that were called both good and bad."""
        first: dict[tuple[object, ...], str] = {}
        same, contradicting = list[str](), list[str]()
        for each in rows:
            key = _normal(each)
            if key in first:
                same.append(each.id)
            first.setdefault(key, each.id)
            if each.kind == "verdict" and (other := first.get((*key[:-1], not each.good))):
                contradicting += [other, each.id]
        if same:
            yield Finding(self.name, "drops", f"{rows_in_words(len(same))} left out: the same as another.", tuple(same))
        if contradicting:
            message = f"{rows_in_words(len(contradicting))} left out: the same reply was called good and bad."
            yield Finding(self.name, "drops", message, tuple(dict.fromkeys(contradicting)))
        gone = {*same, *contradicting}
        if near := self._near([each for each in rows if each.id not in gone]):
            message = f"{rows_in_words(len(near))} left out: nearly the same as another."
            yield Finding(self.name, "drops", message, tuple(near))

    def _near(self, rows: Sequence[Example]) -> list[str]:
        asked = [shingles(question_of(each), 1) for each in rows]
        said = [shingles(each.completion) for each in rows]
        shown = [shingles(context_of(each)) for each in rows]
        whole = [one | two for one, two in zip(said, shown, strict=True)]
        gone: dict[str, None] = {}
        for one, other, _ in near_pairs(whole, self._alike * self._alike):
            kept, later = rows[one], rows[other]
            if kept.id in gone or (kept.kind, kept.good) != (later.kind, later.good):
                continue
            close = min(resemblance(texts[one], texts[other]) for texts in (said, shown))
            if close >= self._alike and resemblance(asked[one], asked[other]) >= QUESTIONS_ALIKE:
                gone[later.id] = None
        return list(gone)


def _normal(each: Example) -> tuple[object, ...]:
    texts = (_SPACE.sub(" ", text).strip().casefold() for text in each.texts())
    return (each.kind, *texts, each.good)
