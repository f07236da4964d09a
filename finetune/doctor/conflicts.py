"""The same question over the same lines, answered with other figures, or yes and no: one of the replies is wrong.

What is wrong and repeated is learnt as well as what is right. Which of them is right only a person can tell: a row of
somebody's feedback that was reviewed stays, so that nobody can undo a review by saying the contrary.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from finetune.asked import words_of
from finetune.doctor.findings import Finding, rows_in_words
from finetune.doctor.unbacked import figures_of
from finetune.examples import Example

_PEOPLE = ("edit", "feedback", "handoff")
_YES_NO = re.compile(r"\s*(?:(?P<yes>yes|s[ií])|(?P<no>no))\b(?!\s+(?:one|more|longer|hay)\b)", re.IGNORECASE)


class Conflicts:
    """Replies to one prompt that do not agree in their figures, or of which one says yes and another no."""

    name = "conflicts"

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """One finding with all of them. Replies that were called bad, or give no figure, contradict nothing."""
        by_prompt: defaultdict[tuple[str, ...], list[Example]] = defaultdict(list)
        for each in rows:
            if each.good is not False and _says(each):
                by_prompt[_prompt(each)].append(each)
        unlike = (members for members in by_prompt.values() if not _agree(members))
        held = [each.id for members in unlike for each in members if not _was_reviewed(each)]
        if held:
            message = f"{rows_in_words(len(held))} in which the same question has another answer in another of them."
            yield Finding(self.name, "holds", message, tuple(held))


def _prompt(each: Example) -> tuple[str, ...]:
    return tuple(word for message in each.messages for word in (message.role, *words_of(message.content)))


def _was_reviewed(each: Example) -> bool:
    return bool(each.origin.reviewed_by) and each.origin.source in _PEOPLE


def _says(each: Example) -> set[str]:
    """The figures of a reply, and yes or no where it begins with that."""
    begins = _YES_NO.match(each.completion)
    return figures_of(each.completion) | ({str(begins.lastgroup)} if begins else set())


def _agree(members: Sequence[Example]) -> bool:
    """Whether replies say the same, or one only says more than another."""
    found = sorted((_says(each) for each in members), key=len)
    return all(each <= found[-1] for each in found)
