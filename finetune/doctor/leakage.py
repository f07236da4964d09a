"""Rows that an evaluation set asks too: measured on what it has learnt, an adapter looks better than it is."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.asked import question_of, words_of
from finetune.doctor.findings import Finding, rows_in_words
from finetune.doctor.flooding import said
from finetune.errors import ExamplesInvalid
from finetune.examples import Example
from finetune.minhash import resemblance, shingles

# Questions are the same when words and their order agree so far; answers of some length when their runs do.
SAME_WORDS, SAME_RUNS = 0.75, 0.5
ANSWER_WORDS, ANSWER_RUNS = 8, 0.6
_QUESTIONS, _ANSWERS = (
    ("question", "text", "prompt", "input"),
    ("reference", "answer", "completion", "output", "answers"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an evaluation set and its answer, which may be empty."""

    question: str
    answer: str = ""


def read_evaluation(path: Path) -> list[Asked]:
    """The questions of an evaluation set: a JSONL file, or a folder with `questions.jsonl`. Raises ExamplesInvalid."""
    file = path / "questions.jsonl" if path.is_dir() else path
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ExamplesInvalid(f"{file} cannot be read ({error}). Name a file of questions.") from error
    return [_asked(line, file, number) for number, line in enumerate(lines, start=1) if line.strip()]


def _asked(line: str, file: Path, number: int) -> Asked:
    try:
        row: Mapping[str, Any] = json.loads(line)
        question = next((row[name] for name in _QUESTIONS if isinstance(row.get(name), str)), None)
        answer = next((row[name] for name in _ANSWERS if row.get(name)), "")
    except (ValueError, AttributeError, RecursionError) as error:
        raise ExamplesInvalid(f"{file}, line {number}: no question of an evaluation set ({error}).") from error
    if question is None:
        raise ExamplesInvalid(f"{file}, line {number}: it has no `question`.")
    return Asked(question, answer if isinstance(answer, str) else "")


class Leakage:
    """Rows whose question or answer an evaluation set has."""

    name = "leakage"

    def __init__(self, against: Mapping[str, Sequence[Asked]]) -> None:
        self._against = {name: _Index(asked) for name, asked in against.items()}

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """One finding for each set."""
        for name, index in self._against.items():
            found = tuple(each.id for each in rows if index.knows(each))
            if found:
                yield Finding(self.name, "drops", f"{rows_in_words(len(found))} left out: asked in {name} too.", found)


class _Index:
    def __init__(self, asked: Sequence[Asked]) -> None:
        self._words = [shingles(each.question, 1) for each in asked]
        self._questions = [shingles(each.question) for each in asked]
        self._answers = [
            shingles(each.answer) if len(words_of(each.answer)) >= ANSWER_WORDS else frozenset() for each in asked
        ]
        self._of_question, self._of_answer = _inverted(self._questions), _inverted(self._answers)

    def knows(self, each: Example) -> bool:
        question, words = shingles(question_of(each)), shingles(question_of(each), 1)
        for place, shared in _meeting(question, self._of_question).items():
            fewest = min(len(question), len(self._questions[place]))
            if shared >= SAME_RUNS * fewest and resemblance(words, self._words[place]) >= SAME_WORDS:
                return True
        reply = said(each)
        if len(words_of(reply)) < ANSWER_WORDS:
            return False
        answers = _meeting(shingles(reply), self._of_answer)
        return any(count >= ANSWER_RUNS * len(self._answers[place]) for place, count in answers.items())


def _inverted(texts: Sequence[frozenset[int]]) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        for shingle in text:
            found[shingle].append(place)
    return found


def _meeting(text: frozenset[int], index: Mapping[int, list[int]]) -> Counter[int]:
    return Counter(place for shingle in text for place in index.get(shingle, ()))
