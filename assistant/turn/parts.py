"""The questions inside a question."""

import re

_PARTS = re.compile(
    r"(?<=\?)\s+|[,;]?\s+(?:and|y|e)\s+(?=(?:"
    r"also|también|what|how|when|where|which|who|is|are|can|do|does|"
    r"¿?qué|¿?cuánto|¿?cuánta|¿?cuántos|¿?cuántas|¿?cuándo|¿?cuál|¿?cómo|¿?dónde|¿?quién|"
    r"cuanto|cuanta|cuantos|cuantas|cuando|cual|como|donde|quien)\b)",
    re.IGNORECASE,
)


def parts_of(question: str) -> list[str]:
    """The questions inside a question: "What does it cost and how long does it take?" has two."""
    return [part.strip() for part in _PARTS.split(" ".join(question.split())) if len(part.split()) > 2]
