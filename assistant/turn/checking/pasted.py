"""Whether a turn asks for something to be checked against the documents: what is asked, and what is to be checked.

Told by its shape: a verb or a question of checking, and behind a colon or a line break (or before it) the text that is
meant; or one claim behind "is it true that". Anything else is a question like any other.
"""

import re
from dataclasses import dataclass

_POLITE = (
    r"(?:please,? |hi,? |hello,? |hey,? |can you |could you |would you |i(?:'d| would) like you to |i need you to "
    r"|por favor,? |hola,? |buenas,? |puedes |podr[ií]as |me puedes |me podr[ií]as |necesito que "
    r"|quiero que |quisiera )*"
)
_CHECK = (
    r"(?:fact-?check|double-?check|cross-?check|check|verify|validate|review|confirm|compare"
    r"|compru[eé]ba(?:me|lo)?|compruebes|comprobar(?:me)?|verifi(?:ca|ques|car)(?:me)?|revis(?:a|es|ar)(?:me)?"
    r"|contrast(?:a|es|ar)|cotej(?:a|es|ar)|valid(?:a|es|ar)|confirm(?:a|es|ar)(?:me)?|corrobor(?:a|es|ar)"
    r"|compar(?:a|es|ar))"
)
_LOOK = r"(?:mira|dime|tell me)"
_THING = (
    r"(?:text|e-?mail|mail|message|paragraph|statements?|claims?|draft|reply|answer|letter|article|post|summary|notice"
    r"|announcement|sentences?|facts|notes?|list|table|copy|leaflet|page|section|passage"
    r"|textos?|correos?|mensajes?|p[áa]rrafos?|afirmaci(?:[óo]n|ones)|borrador(?:es)?|respuestas?|cartas?|art[íi]culos?"
    r"|resumen|avisos?|comunicados?|frases?|datos|notas?|listas?|tablas?|folletos?|p[áa]ginas?|apartados?"
    r"|publicaci[óo]n)"
)
_RIGHT = (
    r"(?:all |really |factually |del todo |realmente )?(?:right|correct|true|accurate|ok(?:ay)?"
    r"|correct[oa]s?|ciert[oa]s?|verdad(?:er[oa]s?)?|exact[oa]s?|bien)"
)
_THIS = (
    rf"(?:(?:this|the following|that|these|my|our|all(?: of)? this|est[eao]s?|todo est[eo]|(?:el|la|l[oa]s) siguientes?"
    rf"|mi|nuestr[oa])(?: [\w'-]+){{0,2}}? {_THING}|this|the following|what follows|these|lo siguiente|todo esto|esto)"
)
_IS = r"(?:is|are|es|son|est[áa]n?)"
_DOCUMENTS = (
    r"(?:documents|documentation|handbook|manuals?|polic(?:y|ies)|sources|rules|documentos|documentaci[óo]n"
    r"|manual(?:es)?|normas|normativa|pol[íi]ticas?|fuentes)"
)
_AGAINST = rf"(?:against|with|in|con|contra|en|seg[úu]n) (?:our|the|your|nuestr[oa]s?|los|las|la|el) {_DOCUMENTS}"
# The instruction stands in one line of bounded length; what follows its colon, question mark or line is the text.
_ORDERS = tuple(
    re.compile(rf"\W*{_POLITE}{order}", re.IGNORECASE)
    for order in (
        rf"{_CHECK}\b[^\n:]{{0,40}}?\b{_THIS}(?!\w)[^\n:?]{{0,120}}",
        rf"{_CHECK}\b[^\n:]{{0,60}}?\b{_AGAINST}\b[^\n:?]{{0,40}}",
    )
)
_QUESTIONS = tuple(
    re.compile(rf"\W*{_POLITE}(?:{_LOOK} (?:if|whether|si) )?{question}(?!\w)[^\n:?]{{0,80}}", re.IGNORECASE)
    for question in (
        rf"{_IS} {_THIS} {_RIGHT}",
        rf"{_IS} {_RIGHT} {_THIS}",
        rf"{_LOOK} (?:if|whether|si) {_THIS} {_IS} {_RIGHT}",
        rf"{_IS} (?:what|everything|all that)\b[^\n:?]{{0,60}} {_RIGHT}",
        rf"{_IS} {_RIGHT} (?:todo )?lo que [^\n:?]{{2,60}}",
        rf"(?:todo )?lo que [^\n:?]{{2,60}} {_IS} {_RIGHT}",
        rf"(?:does|do) {_THIS} (?:match|agree with|follow|comply with|contradict)\b[^\n:?]{{0,60}}",
        rf"(?:coincide|concuerda|cuadra)n? {_THIS} con\b[^\n:?]{{0,60}}",
    )
)
_LAST = re.compile(
    rf"(?:^|\n|(?<=[.!?»”\"]) )\s*(¿?{_POLITE}(?:"
    rf"{_IS} (?:(?:this|that|it|these|everything|all (?:of )?(?:this|that)|(?:all )?the above)(?: [\w'-]+){{0,3}} "
    rf"{_RIGHT}"
    rf"|(?:todo )?(?:(?:esto|eso|est[ea] [\w-]+) )?{_RIGHT}(?: (?:todo )?(?:esto|eso))?)(?!\w)"
    rf"|{_CHECK} (?:this|that|it|the above|esto|eso|todo esto)\b|(?:lo )?(?:compruebas|verificas|revisas)\b"
    rf"|(?:compru[eé]ba|verif[íi]ca|rev[íi]sa|contr[áa]sta)lo\b)[^\n]{{0,80}})$",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    rf"\W*{_POLITE}(?:(?:is|isn't) it (?:really |actually )?(?:true|correct|right|accurate|a fact) that"
    rf"|es (?:verdad|cierto|correcto|exacto) (?:que|eso de que|lo de que)"
    rf"|{_CHECK} (?:the claim that|that|que))\s+(?P<claim>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"^\W*[\"“«'‘](.+)[\"”»'’]\W*$", re.DOTALL)
_LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """`words` are those that ask, `text` what is to be checked (empty when nothing was pasted)."""

    words: str
    text: str
    one_claim: bool = False


def asked_to_check(said: str) -> Asked | None:
    """What a turn wants checked, or None when it has not the shape of that."""
    text = said.strip()
    for pattern in (*_ORDERS, *_QUESTIONS):
        if lead := pattern.match(text):
            body = text[lead.end() :].lstrip(" \t?:.-–—…\n")
            if _says_enough(body) or (not body and pattern in _ORDERS):
                return Asked(lead.group().strip(), _unquoted(body))
    if one := _CLAIM.match(text):
        claim = one["claim"].strip().rstrip("?").strip()
        if _says_enough(claim):
            return Asked(text[: one.start("claim")].strip(), _unquoted(claim), one_claim="\n" not in claim)
    last = _LAST.search(text)
    if last and _says_enough(body := text[: last.start()].strip()):
        return Asked(last.group(1).strip(), _unquoted(body))
    return None


def _says_enough(body: str) -> bool:
    return len(body.split()) >= _LEAST_WORDS


def _unquoted(body: str) -> str:
    """A text without the quotation marks it stands in as a whole."""
    found = _QUOTED.match(body)
    return found.group(1).strip() if found and not re.search(r"[\"“”«»]", found.group(1)) else body
