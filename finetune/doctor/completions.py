"""Replies that are too short to teach how to answer."""

from collections.abc import Iterator, Sequence

from finetune.doctor.findings import Finding, rows_in_words
from finetune.examples import Example

# Single letters, figures and words ("0", "Yes", "B") are whole replies of tasks; past a share, little else is learnt.
SHORT_CHARS, MUCH = 4, 0.5


class Completions:
    """Empty replies are left out; many that are very short are told."""

    name = "completions"

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """Replies without a letter or figure in them, and the share of very short ones."""
        empty = [each.id for each in rows if not any(map(str.isalnum, each.completion))]
        if empty:
            message = f"{rows_in_words(len(empty))} left out: the reply holds no letter and no figure."
            yield Finding(self.name, "drops", message, tuple(empty))
        short = [each.id for each in rows if len(each.completion.strip()) < SHORT_CHARS and each.id not in set(empty)]
        if rows and len(short) > MUCH * len(rows):
            message = (
                f"{len(short)} of {rows_in_words(len(rows))} have replies of fewer than {SHORT_CHARS} characters: "
                "an adapter learns from them to choose, not to write."
            )
            yield Finding(self.name, "note", message, tuple(short))
