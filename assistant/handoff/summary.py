"""The summary of a conversation for the colleague who takes it over: the stored words themselves, cut, no model's."""

from collections.abc import Sequence

from assistant.grounding.citations import without_markers
from assistant.handoff.record import Exchange, Quote, Summary
from assistant.storage.folding import storable
from assistant.storage.records import Turn
from assistant.turn.answer import Answer

EXCHANGES, QUOTES, OPEN = 8, 3, 5
LONGEST_ASKED, LONGEST_ANSWER, LONGEST_QUOTE = 500, 800, 300
# Answers that are no answer to a question: the task or the hand-off itself speaks.
OWN_REASONS = frozenset({"handoff"})


def summary_of(turns: Sequence[Turn], request: str) -> Summary:
    """What was asked, answered and left open in `turns`, oldest first; `request` is what asked for a person."""
    said = [turn for turn in turns if turn.state != "running" and not _about_handing_over(turn.answer)]
    left = [cut(turn.question, LONGEST_ASKED) for turn in said if _stayed_open(turn)]
    return Summary(
        cut(request, LONGEST_ASKED),
        tuple(_exchange(turn) for turn in said[-EXCHANGES:]),
        max(0, len(said) - EXCHANGES),
        tuple(dict.fromkeys(left))[-OPEN:],
    )


def cut(text: str, longest: int) -> str:
    """A text on one line, at most so long."""
    line = storable(" ".join(text.split()))
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _exchange(turn: Turn) -> Exchange:
    asked = cut(turn.question, LONGEST_ASKED)
    if turn.answer is None:
        return Exchange(asked, "", withheld=True)
    answer = turn.answer
    quotes = dict.fromkeys(Quote(each.document, cut(each.quote, LONGEST_QUOTE)) for each in answer.citations)
    text = cut(without_markers(answer.text), LONGEST_ANSWER)
    return Exchange(asked, text, tuple(quotes)[:QUOTES], answer.abstained)


def _stayed_open(turn: Turn) -> bool:
    """Not answered, or withheld, or judged a bad answer by the person."""
    judged_bad = turn.feedback is not None and turn.feedback.verdict == "down"
    return turn.answer is None or turn.answer.abstained or judged_bad


def _about_handing_over(answer: Answer | None) -> bool:
    return answer is not None and answer.route.reason in OWN_REASONS
