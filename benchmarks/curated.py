"""Curated answers: how often a rewording is served, and something else wrongly (`curated_pairs.jsonl`, organisations).

same     rewordings of a question, written for this: served, ideally
other    the same sentence about something else, written for this: never served, ideally
asked    every question of the organisations, with all the others of its organisation and language as curated
         answers: served wrongly when one that rests on other lines is near enough and agrees
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from assistant.curated.agreement import disagreement
from assistant.curated.nearest import least_of
from assistant.models.models import Models
from assistant.settings import load_settings
from benchmarks.table import Row, options, parsed, publish
from finetune.organisations import ORGANISATIONS
from finetune.organisations.organisation import Organisation, read_organisations
from knowledge.embedder import Embedder, Vectors
from knowledge.lexical.analyzer import Analyzer

PAIRS = Path(__file__).with_name("curated_pairs.jsonl")
AT_ONCE = 64
LANGUAGES = ("en", "es")


def main() -> None:
    chosen = parsed(options(__doc__))
    with Models(load_settings()) as models:
        rows = [*measure(models.embedder(), list(read_organisations(ORGANISATIONS)))]
    publish("curated", rows, chosen.json)


def measure(embedder: Embedder, organisations: Sequence[Organisation]) -> Iterator[Row]:
    """A row for each language, half and set."""
    served = _Served(embedder)
    for language in LANGUAGES:
        for half in ("tune", "test"):
            pairs = [each for each in _pairs() if each["lang"] == language and each["half"] == half]
            for kind in ("same", "other"):
                asked = [(each["question"], text) for each in pairs for text in each[kind]]
                hits = sum(served(question, text, language) for question, text in asked)
                yield _row(language, f"{kind} ({half})", hits, len(asked))
        yield _row(language, "asked", *_asked(served, organisations, language))


def _row(language: str, what: str, hits: int, total: int) -> Row:
    return {"language": language, "set": what, "served": hits, "of": total, "share": round(hits / total, 4)}


def _asked(served: "_Served", organisations: Sequence[Organisation], language: str) -> tuple[int, int]:
    """How many questions get the answer of another one, and how many there are."""
    wrong = total = 0
    for organisation in organisations:
        rests = {each.text: each.answers for each in organisation.questions if each.language == language}
        rests |= {each.standalone: each.lines for each in organisation.follow_ups if each.language == language}
        total += len(rests)
        for question, lines in rests.items():
            others = [other for other, its in rests.items() if other != question and not set(lines) & set(its)]
            wrong += served.any(others, question, language)
    return wrong, total


class _Served:
    """Whether the answer to one question would be served to another."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._least = least_of(embedder.model_id)
        self._analyzer = Analyzer()
        self._known: dict[str, Vectors] = {}

    def __call__(self, answered: str, asked: str, language: str) -> bool:
        return self.any([answered], asked, language)

    def any(self, answered: Sequence[str], asked: str, language: str) -> bool:
        """Whether the answer to any of these questions would be."""
        if not answered:
            return False
        self._learn([*answered, asked])
        cosines = np.stack([self._known[each] for each in answered]) @ self._known[asked]
        near = [answered[int(place)] for place in np.flatnonzero(cosines >= self._least(language))]
        return any(not disagreement(asked, each, language, self._analyzer) for each in near)

    def _learn(self, texts: Sequence[str]) -> None:
        missing = [each for each in dict.fromkeys(texts) if each not in self._known]
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            self._known.update(zip(some, self._embedder.embed_queries(some), strict=True))


def _pairs() -> list[dict[str, str]]:
    return [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
