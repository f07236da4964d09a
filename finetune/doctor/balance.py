"""Thumbs up against thumbs down, and whose and which rows there are."""

from collections import Counter
from collections.abc import Iterator, Sequence

from finetune.doctor.findings import Finding, rows_in_words
from finetune.examples import Example

# KTO learns well when (weight of good x good) / (weight of bad x bad) lies here (Ethayarajh et al. 2024,
# https://arxiv.org/abs/2402.01306, and the documentation of TRL's KTOTrainer).
LEAST_RATIO, MOST_RATIO = 1.0, 1.33
LEAST_OF_EACH = 20


class Balance:
    """Counts by kind, source and language; weights for verdicts."""

    name = "balance"

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """Counts, and what is out of balance."""
        if not rows:
            return
        counts = {
            name: dict(Counter(value(each) for each in rows).most_common())
            for name, value in (("kind", _kind), ("source", _source), ("language", _language))
        }
        told = "; ".join(", ".join(f"{count:,} {name}" for name, count in each.items()) for each in counts.values())
        yield Finding(self.name, "note", f"{rows_in_words(len(rows))}: {told}.", (), counts)
        good = sum(each.good is True for each in rows)
        bad = sum(each.good is False for each in rows)
        if good or bad:
            yield self._verdicts(good, bad)

    def _verdicts(self, good: int, bad: int) -> Finding:
        if min(good, bad) < LEAST_OF_EACH:
            message = (
                f"{good} good and {bad} bad replies: at least {LEAST_OF_EACH} of each are needed to learn from thumbs."
            )
            return Finding(self.name, "note", message, (), {"good": good, "bad": bad})
        weights = kto_weights(good, bad)
        message = f"{good} good and {bad} bad replies: weigh good ones {weights[0]:g} and bad ones {weights[1]:g}."
        figures = {"good": good, "bad": bad, "desirable_weight": weights[0], "undesirable_weight": weights[1]}
        return Finding(self.name, "note", message, (), figures)


def kto_weights(good: int, bad: int) -> tuple[float, float]:
    """Weights (good, bad), one of them 1, that bring their ratio between 1 and 1.33; (1, 1) where it lies there."""
    if not good or not bad or LEAST_RATIO <= good / bad <= MOST_RATIO:
        return 1.0, 1.0
    middle = (LEAST_RATIO + MOST_RATIO) / 2
    if good < bad:
        return float(f"{middle * bad / good:.3g}"), 1.0
    return 1.0, float(f"{good / (middle * bad):.3g}")


def _kind(each: Example) -> str:
    return each.kind


def _source(each: Example) -> str:
    return each.origin.source


def _language(each: Example) -> str:
    return each.origin.language or "language not known"
