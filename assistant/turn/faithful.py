"""Whether an answer in a model's words says what the lines say that it was made from."""

from collections.abc import Sequence
from typing import Protocol

from assistant.grounding.support.verdicts import Backing, ClaimVerdict
from assistant.turn.answer import Evidence
from assistant.turn.reply import reply_of

# Below this P(supported) the lines are quoted instead. Chosen on the demo company's tune half (docs/support.md).
LEAST_FAITHFUL = 0.4
# The same where a question has several parts: two facts in one sentence are where a small model mixes lines up, and
# quoting them costs the person least.
LEAST_OF_SEVERAL = 0.8


class ChecksLines(Protocol):
    """Checks claims against lines (`assistant.grounding.support.check.SupportCheck`)."""

    def by_lines(self, claims: Sequence[str], lines: Sequence[Backing], question: str = "") -> Sequence[ClaimVerdict]:
        """One verdict per claim."""


def faithful(check: ChecksLines, draft: str, question: str, reading: Sequence[Evidence], parts: int = 1) -> bool:
    """Whether the lines back the answer as a whole, as far as the check can tell: it was trained on whole answers.

    `parts` is how many things the question asks.
    """
    least = LEAST_FAITHFUL if parts < 2 else LEAST_OF_SEVERAL
    lines = [Backing(each.passage, sentence) for each in reading for sentence in each.selected]
    reply = reply_of(draft)
    answer = reply.answer if reply.quote else draft
    return all(each.score >= least for each in check.by_lines([answer], lines, question))
