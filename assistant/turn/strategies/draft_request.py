"""Is a text asked for that the person wants to send or post, about what, and in which language?"""

import re
from dataclasses import dataclass

_POLITE = (
    r"^\W*(?:(?:hi|hello|hey|hola|please|por favor|can you|could you|would you|i need(?: you to)?|i(?:'d| would) like"
    r"(?: you to)?|i want(?: you to)?|help me(?: to)?|me puedes|puedes|podr[ií]as|me podr[ií]as|quiero(?: que)?|"
    r"necesito(?: que)?|me gustar[ií]a(?: que)?|ay[uú]dame a|me)\W+)*"
)
_VERB_EN = r"(?:draft|write|compose|prepare|word|formulate)"
_VERB_ES = (
    r"(?:redacta(?:me|r|s)?|red[aá]ctame|redactes|escribe(?:me)?|escr[ií]beme|escribir(?:me)?|escribas|"
    r"prepara(?:me|r)?|"
    r"prep[aá]rame|prepares|elabora(?:r)?|componer|haz(?:me)?|hazme)"
)
_KIND_EN = (
    r"(?:e-?mails?|mails?|letters?|notices?|messages?|notes?|memos?|announcements?|repl(?:y|ies)|responses?|"
    r"invitations?|"
    r"reminders?|apolog(?:y|ies)|circulars?|statements?|notifications?|posts?|text messages?|newsletters?)"
)
_KIND_ES = (
    r"(?:correos?(?: electr[oó]nicos?)?|e-?mails?|mails?|cartas?|avisos?|mensajes?|notas?|comunicad[oa]s?|"
    r"circular(?:es)?|"
    r"anuncios?|respuestas?|invitaci(?:[oó]n|ones)|recordatorios?|disculpas?|notificaci(?:[oó]n|ones)|memorandos?|"
    r"comunicaci(?:[oó]n|ones)|bolet[ií]n|publicaci(?:[oó]n|ones))"
)
_WORDS = r"(?:[\w'’-]+,?\s+){0,4}?"
_SHAPES = (
    re.compile(
        rf"{_POLITE}{_VERB_EN}\s+(?:me\s+|us\s+)?(?:up\s+)?(?:a\s+draft\s+(?:of|for)\s+)?(?:an?|the|this|some|"
        rf"our|my)\s+"
        rf"{_WORDS}(?P<kind>{_KIND_EN})\b(?P<about>.*)$",
        re.I | re.S,
    ),
    re.compile(
        rf"{_POLITE}{_VERB_ES}\s+(?:me\s+|nos\s+)?(?:(?:un|el)\s+borrador\s+(?:de|para)\s+)?(?:un[oa]?s?|el|la|"
        rf"nuestr[oa]|"
        rf"est[ea])\s+{_WORDS}(?P<kind>{_KIND_ES})\b(?P<about>.*)$",
        re.I | re.S,
    ),
    re.compile(rf"{_POLITE}(?:a\s+)?draft\s+(?:of\s+)?(?:an?\s+)?(?P<kind>{_KIND_EN})\b(?P<about>.+)$", re.I | re.S),
    re.compile(
        rf"{_POLITE}(?:un\s+)?borrador\s+(?:de|para)\s+(?:un[oa]?\s+)?(?P<kind>{_KIND_ES})\b(?P<about>.+)$", re.I | re.S
    ),
)
_INTO = re.compile(r"\s*\b(?:in|en)\s+(?:(?P<es>spanish|español|espanol|castellano)|(?P<en>english|ingl[eé]s))\b", re.I)
_THAT = re.compile(
    r"^\W*(?:(?:about|on|with|explaining|saying|telling (?:them|him|her)|sobre|con|acerca de|explicando|diciendo)\W+)?"
    r"(?:that|this|it|all that|all this|eso|esto|ello|todo eso|todo esto|lo anterior)\W*$",
    re.I,
)
LONGEST_TOPIC = 600


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """A text of a `kind` ("email", "aviso"); `topic` is what it is about, empty for "about that"."""

    kind: str
    topic: str
    language: str | None = None


def draft_asked(text: str) -> DraftRequest | None:
    """The request in a text, None when it is something else."""
    for shape in _SHAPES:
        if found := shape.match(text.strip()):
            language = _INTO.search(found["about"])
            about = _INTO.sub("", found["about"]).strip(" .!?¿¡,;:\n")
            topic = "" if _THAT.match(about) else about[:LONGEST_TOPIC]
            spoken = ("es" if language["es"] else "en") if language else None
            return DraftRequest(found["kind"].casefold(), topic, spoken)
    return None
