"""Is a summary of a document asked for, of which, in how many points, and in which language?"""

import re
from dataclasses import dataclass

from assistant.turn.strategies.naming import Named, named

_POLITE = (
    r"^\W*(?:(?:hi|hello|hey|hola|please|por favor|can you|could you|would you|will you|i need(?: you to)?|"
    r"i(?:'d| would) "
    r"like(?: you to)?|i want(?: you to)?|me puedes|puedes|podr[ií]as|me podr[ií]as|quiero que|quiero|necesito que|"
    r"necesito|me gustar[ií]a)\W+)*"
)
_WHAT_EN = (
    r"(?:(?:an?|the|its)\s+)?(?:(?:short|brief|quick|executive|one-page|concise|general)\s+)*(?:summar(?:y|ies)|"
    r"overview|"
    r"recap|outline|synopsis|digest|gist|tl;?dr|highlights|takeaways|essentials|(?:main|key|most important|essential) "
    r"(?:points|ideas|messages|facts))"
)
_WHAT_ES = (
    r"(?:(?:un|una|el|la|los|las|unos|unas)\s+)?(?:breve\s+|pequeñ[oa]\s+)?(?:resumen(?:es)?|s[ií]ntesis|visi[oó]n "
    r"general|puntos|ideas|esquema|lo m[aá]s importante|lo esencial|lo principal)(?:\s+(?:breve|ejecutivo|corto|"
    r"r[aá]pido|"
    r"clave|principales?|m[aá]s importantes|esenciales|general))*"
)
# "Resume my playlist" is English, and no summary.
_SPANISH = (
    r"(?:el|la|los|las|lo|un|una|est[aeo]s?|es[aeo]s?|nuestr[oa]s?|mis?|tus?|sus?|tod[oa]|el documento|"
    r"por favor|en|\S+\."
    r"\w{2,4}|[«\"“])\b|[«\"“]"
)
_STRONG = (
    re.compile(rf"{_POLITE}(?:summari[sz]e|sum up|condense|recap)\s+(?:for me\s+)?(?P<x>.+)$", re.I | re.S),
    re.compile(
        rf"{_POLITE}(?:me\s+|nos\s+)?(?:resume|res[uú]me(?:me|nos)|resumir(?:me|nos)?|resumas|resuma(?:me|nos)?|"
        rf"sintetiza(?:me)?|sintet[ií]zame|sintetizar)\s+(?={_SPANISH})(?P<x>.+)$",
        re.I | re.S,
    ),
    re.compile(
        rf"{_POLITE}(?:give|write|make|do|prepare|show|get|create|send)\s+(?:me\s+|us\s+)?{_WHAT_EN}\s+(?:of|"
        rf"from|in|about|"
        r"on|for)\s+(?P<x>.+)$",
        re.I | re.S,
    ),
    re.compile(
        rf"{_POLITE}(?:d[aá](?:me|nos)|haz(?:me|nos)?|hacer(?:me)?|hagas|prepara(?:me)?|escribe(?:me)?|"
        rf"mu[eé]stra(?:me)?|"
        rf"pon(?:me)?)\s+{_WHAT_ES}\s+(?:de|del|sobre)\s+(?P<x>.+)$",
        re.I | re.S,
    ),
    re.compile(rf"{_POLITE}{_WHAT_EN}\s+(?:of|from)\s+(?P<x>.+)$", re.I | re.S),
    re.compile(rf"{_POLITE}{_WHAT_ES}\s+(?:de|del)\s+(?P<x>.+)$", re.I | re.S),
    re.compile(rf"{_POLITE}tl;?\s?dr\b[\s:,]*(?:of|for|on|de|del|sobre)?\s*(?P<x>.+)$", re.I | re.S),
)
# Built like a question: only where the examples of intents say so as well.
_WEAK = (
    re.compile(r"^\W*what (?:are|is|were) (?P<w>" + _WHAT_EN + r")\s+(?:of|in|from)\s+(?P<x>.+)$", re.I | re.S),
    re.compile(
        r"^\W*what (?:does|do)\s+(?P<x>.+?)\s+say,?\s+(?:in (?:short|brief|summary|essence|a nutshell))\W*$", re.I
    ),
    re.compile(r"^\W*(?:in (?:short|brief|summary|a nutshell)),?\s+what (?:does|do)\s+(?P<x>.+?)\s+say\W*$", re.I),
    re.compile(r"^\W*what(?:'s| is)\s+(?P<x>.+?)\s+(?:all )?about\W*$", re.I),
    re.compile(r"^\W*(?:explain|outline|describe)\s+" + _WHAT_EN + r"\s+(?:of|in|from)\s+(?P<x>.+)$", re.I | re.S),
    re.compile(r"^\W*(?:cu[aá]les son|qu[eé] es)\s+" + _WHAT_ES + r"\s+(?:de|del|en)\s+(?P<x>.+)$", re.I | re.S),
    re.compile(r"^\W*qu[eé] dicen? en (?:resumen|pocas palabras|l[ií]neas generales),?\s+(?P<x>.+)$", re.I),
    re.compile(r"^\W*qu[eé] dicen?\s+(?P<x>.+?),?\s+en (?:resumen|pocas palabras|l[ií]neas generales)\W*$", re.I),
    re.compile(r"^\W*en (?:resumen|pocas palabras|l[ií]neas generales),?\W+qu[eé] dicen?\s+(?P<x>.+)$", re.I),
    re.compile(r"^\W*de qu[eé] (?:trata|va)\s+(?P<x>.+)$", re.I),
    re.compile(r"^\W*explica(?:me)?\s+" + _WHAT_ES + r"\s+(?:de|del)\s+(?P<x>.+)$", re.I | re.S),
)
_NUMBERS = {
    name: number
    for number, names in enumerate(
        ("one uno un una", "two dos", "three tres", "four cuatro", "five cinco", "six seis", "seven siete",
         "eight ocho", "nine nueve", "ten diez"), start=1
    )
    for name in names.split()
}  # fmt: skip
_POINTS = re.compile(
    r",?\s*\b(?:in|en|con|with)\s+(?:only\s+|s[oó]lo\s+)?(\d{1,3}|" + "|".join(_NUMBERS) + r")\s+(?:key |main |bullet |"
    r"short )?(?:points?|bullets?|lines?|sentences?|ideas|puntos|l[ií]neas|frases|ideas)\b(?: clave)?",
    re.I,
)
_INTO = re.compile(
    r",?\s*\b(?:in|into|en|al)\s+(?P<es>spanish|español|espanol|castellano)\b|,?\s*\b(?:in|into|en|"
    r"al)\s+(?P<en>english|"
    r"ingl[eé]s)\b",
    re.I,
)
LONGEST = 300
"""Whoever names a document does so in fewer characters; a longer text has been pasted, and is none of ours."""
MOST_POINTS = 15


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """What is to be summarised. `sure` is whether the words alone say so; `points` how many were asked for."""

    document: Named
    sure: bool
    points: int | None = None
    language: str | None = None


def summary_asked(text: str) -> SummaryRequest | None:
    """The request in a text, None when it is something else."""
    if len(text) > LONGEST:
        return None
    for patterns, sure in ((_STRONG, True), (_WEAK, False)):
        for pattern in patterns:
            if found := pattern.match(text.strip()):
                return _request(found["x"], sure)
    return None


def _request(phrase: str, sure: bool) -> SummaryRequest:
    points, language = _POINTS.search(phrase), _INTO.search(phrase)
    number = None
    if points:
        said = points.group(1).casefold()
        number = max(1, min(MOST_POINTS, int(said) if said.isdigit() else _NUMBERS[said]))
    bare = _INTO.sub("", _POINTS.sub("", phrase))
    return SummaryRequest(named(bare), sure, number, ("es" if language["es"] else "en") if language else None)
