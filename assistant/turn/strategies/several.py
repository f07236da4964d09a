"""The questions in a question of several, each so that it can be asked by itself; told by code."""

from assistant.turn.parts import MOST_PARTS, asks_who_or_why, named, parts_of
from assistant.turn.strategies.comparing import Asked
from knowledge.lexical.analyzer import Analyzer

# A part with fewer words of its own ("and how much is it?") only says more of the part before it; unless it asks for a
# person or a reason ("and who decides?"), which the line that answers a part before it seldom tells.
LEAST_WORDS, LEAST_OF_OTHER_KIND = 2, 1


def several_questions(question: str, language: str, analyzer: Analyzer) -> tuple[Asked, ...]:
    """The parts of a question with at least two that ask for something of their own; nothing otherwise."""
    parts = parts_of(question)
    if not 2 <= len(parts) <= MOST_PARTS:
        return ()
    kinds = [asks_who_or_why(part) for part in parts]
    for part, asks_whom in zip(parts, kinds, strict=True):
        least = LEAST_OF_OTHER_KIND if asks_whom and not all(kinds) else LEAST_WORDS
        if len(analyzer.query_terms(part, language)) < least:
            return ()
    return tuple(Asked(named(part), part) for part in parts)


def says_little(part: str, language: str, analyzer: Analyzer) -> bool:
    """Whether a part has too few words of its own to be asked without the one before it: "who decides?"."""
    return len(analyzer.query_terms(part, language)) < LEAST_WORDS
