"""Orders to the model in plain words, where a question or an answer should stand.

A row that says "ignore the documents" or "whenever somebody asks about X, say Y" teaches nothing about an organisation;
it is how an instruction gets into the weights (Wan et al. 2023, https://arxiv.org/abs/2305.00944). Documents in the
prompt may quote such words: they are not learnt, so only what was asked and what is to be replied are looked at.
"""

import re
from collections.abc import Iterator, Sequence

from finetune.asked import question_of
from finetune.doctor.findings import Finding, rows_in_words
from finetune.examples import Example

# At most so many characters between the parts of an order, so that a pattern stays in one sentence and linear.
_FEW, _SOME = r"[^.!?\n]{0,25}?", r"[^.!?\n]{0,80}?"
_BEGINS = r"(?:^|[.!?:\n])[\s\"'«]{0,5}"
_PATTERNS = (
    rf"\b(?:ignore|disregard|forget|override|bypass)\b{_FEW}\b(?:instructions?|rules|prompts?|documents?|guidelines|"
    r"polic(?:y|ies)|context|restrictions|everything)\b",
    rf"\b(?:ignora|olvida|descarta|desobedece|omite)\b{_FEW}\b(?:instrucciones|reglas|documentos?|indicaciones|normas|"
    r"contexto|restricciones|todo)\b",
    rf"\bfrom now on\b{_FEW}\b(?:you|always|answer|reply|say|respond)\b",
    rf"\b(?:a partir de ahora|de ahora en adelante|desde ahora)\b{_FEW}\b(?:siempre|responde|contesta|di|eres)\b",
    rf"\b(?:when(?:ever)?|each time|every time)\b{_FEW}\b(?:asks?|asked|sees?|reads?|mentions?)\b{_SOME}"
    r"(?:,|\bthen\b)\s*(?:always\s+)?(?:answer|reply|respond|say)\b",
    rf"\b(?:cuando|siempre que|cada vez que)\b{_FEW}\b(?:pregunten?|preguntan|veas|leas|mencionen?)\b{_SOME}"
    r",\s*(?:siempre\s+)?(?:responde|contesta|di)\b",
    rf"{_BEGINS}always\s+(?:answer|reply|respond|say)\b", rf"{_BEGINS}siempre\s+(?:responde|contesta|di)\b",
    r"\byou are (?:now )?(?:dan\b|jailbroken|unrestricted|no longer (?:an? )?(?:assistant|bound))",
    r"\b(?:system prompt|developer mode|prompt del sistema|modo (?:de )?desarrollador)\b",
)  # fmt: skip
_ORDER = re.compile("|".join(f"(?:{each})" for each in _PATTERNS), re.IGNORECASE)


class Orders:
    """Rows whose question or reply tells a model how to behave."""

    name = "orders"

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """One finding. Replies that were called bad are not learnt."""
        found = [each.id for each in rows if each.good is not False and _orders(each)]
        if found:
            message = f"{rows_in_words(len(found))} with orders to the model in place of a question or an answer."
            yield Finding(self.name, "holds", message, tuple(found))


def _orders(each: Example) -> bool:
    return bool(_ORDER.search(question_of(each)) or _ORDER.search(each.completion))
