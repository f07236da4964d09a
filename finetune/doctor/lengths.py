"""How long rows are, in tokens, against the context of the model."""

from collections.abc import Iterator, Sequence

from finetune.doctor.findings import Finding, rows_in_words
from finetune.doctor.tokens import Sizes
from finetune.examples import Example


class Lengths:
    """Rows that do not fit into the context are left out: cut, they would teach to stop in mid-sentence."""

    name = "lengths"

    def __init__(self, sizes: Sizes, context: int) -> None:
        self._sizes = sizes
        self._context = context

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """The longest rows, and percentiles of those that fit."""
        sizes = {each.id: self._sizes.of(each).whole for each in rows}
        long = [row for row, size in sizes.items() if size > self._context]
        if long:
            message = (
                f"{rows_in_words(len(long))} left out: longer than the context of {self._context:,} tokens "
                f"(the longest has {max(sizes.values()):,}). Shorten them, or raise --context."
            )
            yield Finding(self.name, "drops", message, tuple(long))
        if fit := sorted(size for size in sizes.values() if size <= self._context):
            figures = {name: percentile(fit, share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
            figures |= {"longest": fit[-1], "context": self._context, "tokens": sum(fit), "left_out": len(long)}
            message = (
                f"Tokens a row: half up to {figures['p50']:,}, 95 % up to {figures['p95']:,}, "
                f"99 % up to {figures['p99']:,}, the longest {fit[-1]:,}."
            )
            yield Finding(self.name, "note", message, (), figures)


def percentile(values: Sequence[int], share: float) -> int:
    """The smallest of the sorted values that so large a share does not exceed."""
    return values[min(len(values) - 1, max(0, -(-int(share * 1000) * len(values) // 1000) - 1))]
