"""Roles in order, nothing missing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from finetune.doctor.findings import Finding, rows_in_words
from finetune.examples import Example, fault_of


class Shape:
    """Rows that nothing can be learnt from."""

    name = "shape"

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """One finding for each reason."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for each in rows:
            if why := fault_of(each):
                found[why].append(each.id)
        for why, ids in found.items():
            yield Finding(self.name, "drops", f"{rows_in_words(len(ids))}: {why}.", tuple(ids))
