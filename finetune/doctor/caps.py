"""No single person teaches much of a dataset."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from finetune.doctor.findings import Finding, rows_in_words
from finetune.examples import Example

PER_USER = 50
PEOPLE = ("feedback", "edit")


class Caps:
    """Of each person's feedback the newest rows are kept."""

    name = "caps"

    def __init__(self, per_user: int = PER_USER) -> None:
        self._per_user = per_user

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """The rows past the cap."""
        by_user: defaultdict[str, list[Example]] = defaultdict(list)
        for each in rows:
            if each.origin.source in PEOPLE:
                by_user[each.origin.user].append(each)
        over = [
            each.id
            for own in by_user.values()
            for each in sorted(own, key=lambda row: row.origin.created, reverse=True)[self._per_user :]
        ]
        if over:
            message = f"{rows_in_words(len(over))} left out: more than {self._per_user} from one person."
            yield Finding(self.name, "drops", message, tuple(over))
