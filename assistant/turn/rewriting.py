"""A follow-up as a model has rewritten it: what it wrote taken out of its wrapping, and whether it may stand."""

import re

from knowledge.lexical.analyzer import Analyzer

MAX_TOKENS = 60
LONGEST = 300
_PREFIX = re.compile(
    r"^\W*(?:question|pregunta|q|p|rewritten question|última pregunta|last question)\s*:\s*", re.IGNORECASE
)


def keeps_meaning(analyzer: Analyzer, written: str, typed: str, carried: str, language: str) -> bool:
    """A rewriting says at least half of what was typed, adds something from before (`carried`), and little else."""
    if not written or len(written) > LONGEST:
        return False
    terms = set(analyzer.query_terms(written, language))
    said = set(analyzer.query_terms(typed, language))
    known = set(analyzer.query_terms(carried, language))
    return 2 * len(said & terms) >= len(said) and bool(terms - said) and len(terms - known) <= 3


def cleaned(written: str) -> str:
    """The question in what a model wrote."""
    first = next((line for line in written.strip().splitlines() if line.strip()), "")
    return _PREFIX.sub("", first).strip().strip('"«»“”')
