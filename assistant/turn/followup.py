"""Whether a question can be understood without the conversation before it."""

import re
from collections.abc import Sequence

from assistant.messages import message
from assistant.turn.answer import Message
from knowledge.lexical.analyzer import Analyzer

_OPENS = re.compile(
    r"^\W*(and|but|so|then|also|what about|how about|what if|and if|or|why|why not|which one|"
    r"y|e|pero|entonces|además|también|tambien|qué tal|que tal|o|por qué|por que|porqué)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(it|its|they|them|their|theirs|this|that|these|those|he|she|him|her|ones|instead|ello|eso|esto|aquello|esa|ese|"
    r"esas|esos|aquel|aquella|ella|él|ellos|ellas|allí|ahí|lo)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[?¿]|^\W*(?:who|what|when|where|why|how|which|can|do|does|is|are)\b", re.IGNORECASE)
# Words of a reply that names one of the cases it was asked about.
_LONGEST_CASE = 8
# Pronouns that in a long question mostly refer to something inside it ("what if my badge is lost and I need it?").
_LONG = 9


def leans_on(question: str, analyzer: Analyzer, language: str) -> str | None:
    """What makes a question lean on the conversation; None when it stands alone.

    It opens like a continuation ("opening"), is hardly a word ("short"), or is short and refers to something that it
    does not name ("reference").
    """
    words = question.split()
    if _OPENS.match(question) and len(words) <= 14:
        return "opening"
    terms = analyzer.query_terms(question, language)
    if len(terms) <= 1 and len(words) <= 5:
        return "short"
    return "reference" if len(words) <= _LONG and _REFERS.search(question) else None


def depends_on_history(question: str, analyzer: Analyzer, language: str) -> bool:
    """Whether a question cannot be understood without the conversation before it."""
    return leans_on(question, analyzer, language) is not None


def carried_over(question: str, previous: str) -> str:
    """The question with the one before it: the standalone form when no model is there to write a better one."""
    return f"{previous.strip()} {question.strip()}"


def case_named(text: str, history: Sequence[Message]) -> bool:
    """Whether a text may say which case is meant, after the last answer has asked."""
    said = _last_said(history)
    asked = any(said.endswith(message("unspecified_ask", language)) for language in ("en", "es"))
    return asked and len(text.split()) <= _LONGEST_CASE and not _ASKS.search(text)


def case_shown(text: str, history: Sequence[Message]) -> bool:
    """Whether the last answer has shown a case by this very name; "no" is not shown by "none"."""
    case = re.escape(text.strip(" .!").casefold())
    return bool(case) and bool(re.search(rf"(?<!\w){case}(?!\w)", _last_said(history).casefold()))


def _last_said(history: Sequence[Message]) -> str:
    return next((each.content for each in reversed(history) if each.role == "assistant"), "").rstrip()


def for_case(case: str, previous: str) -> str:
    """The question before, asked for a case, in the form in which a reader is asked about the cases of a table."""
    return f"{case.strip(' .!')}: {previous.strip()}"


def asked_before(history: Sequence[Message]) -> tuple[str, ...]:
    """What the person asked earlier in the conversation, oldest first."""
    return tuple(message.content for message in history if message.role == "user")
