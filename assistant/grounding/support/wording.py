"""Words that turn a statement round, in English and Spanish: negations, and pairs of opposites."""

import re

from assistant.grounding.citations import figures

_NEGATION = re.compile(
    r"\b(?:not?|n[o']t|never|none|neither|nor|nothing|nobody|without|cannot|lacks?|lacking|absence|fail(?:s|ed)? to|"
    r"unable|except|unless|sin|nunca|jamás|nadie|nada|ningun[oa]s?|ningún|tampoco|ni|salvo|excepto)\b|n['’]t\b",
    re.IGNORECASE,
)
# Beginnings of words that say opposite things, by what they are about.
_OPPOSITES = (
    (
        r"increas|rais|ris(?:e|ing)|grow|higher|more\b|greater|above|over\b|enhanc|promot|improv|activat|induc|elevat|"
        r"upregulat|stimulat|facilitat|exacerbat|gain|aument|increment|sub(?:e|ir|ida)|mayor|más\b|superior|crec|mejor",
        r"decreas|reduc|lower|less\b|fewer|below|under\b|inhibit|declin|impair|worsen|suppress|block|prevent|"
        r"downregulat|diminish|attenuat|protect|loss|lose|disminu|baj(?:a|ar|ada)|menor|menos\b|inferior|empeor",
    ),
    (
        r"may\b|allow|permit|can\b|accept|right to|puede|permit|autoriz|admit",
        r"forbid|prohibit|ban(?:s|ned)\b|refus|deny|denied|must not|prohib|deneg|rechaz",
    ),
    (r"before|until|up to|antes|hasta", r"after|from|since|después|tras|desde|a partir"),
    (r"includ|with\b|incluy|inclui|con\b", r"exclud|without|excluy|exclui|sin\b"),
    (r"always|all\b|every|siempre|tod[oa]s?\b|cada", r"never|none|only|sólo|solo\b|solamente|únicamente|nunca|ningún"),
    (r"same|equal|similar|igual|mism[oa]", r"differ|unlike|distint|diferen"),
    (r"free\b|gratis|gratuit", r"charg|fee\b|paid|pay\b|cuesta|coste|pag(?:a|o)"),
    (r"open|abr(?:e|ir)|abiert", r"clos|cierr|cerr"),
)
_SIDES = tuple(
    tuple(re.compile(rf"\b(?:{side})", re.IGNORECASE) for side in (first, second)) for first, second in _OPPOSITES
)
# A word with a capital that does not begin a sentence, or one with a number or more capitals in it.
_NAME = re.compile(r"(?<=[^\s.!?:;¿¡\"“«(\-–] )[^\W\d_a-zà-ÿ][\w'’-]+|\b\w*\d\w*[^\W\d]\w*\b|\b[^\W\d_a-zà-ÿ]{2,}\b")


def negated(text: str) -> bool:
    """Whether a statement has a negation."""
    return bool(_NEGATION.search(text))


def opposed(claim: str, line: str) -> tuple[int, int]:
    """About how many things both take sides: (opposite ones, the same one)."""
    against = along = 0
    for first, second in _SIDES:
        own, theirs = (_side(text, first, second) for text in (claim, line))
        if own and theirs:
            against, along = against + (own != theirs), along + (own == theirs)
    return against, along


def names(text: str) -> frozenset[str]:
    """Names and codes, in lower case."""
    return frozenset(found.casefold() for found in _NAME.findall(text)) - figures(text)


def _side(text: str, first: "re.Pattern[str]", second: "re.Pattern[str]") -> int:
    """1 and -1 for the sides, 0 for neither or both."""
    return bool(first.search(text)) - bool(second.search(text))
