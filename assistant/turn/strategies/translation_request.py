"""Is a translation asked for, of what, and into which language?"""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.turn.strategies.naming import Named, named

_NAMES = {
    "es": "spanish|español|espanol|castellano|castilian",
    "en": "english|ingl[eé]s",
    "French": "french|franc[eé]s", "German": "german|alem[aá]n", "Italian": "italian|italiano",
    "Portuguese": "portuguese|portugu[eé]s", "Catalan": "catalan|catal[aá]n", "Galician": "galician|gallego",
    "Basque": "basque|euskera|vasco", "Dutch": "dutch|neerland[eé]s|holand[eé]s", "Polish": "polish|polaco",
    "Irish": "irish|ga[eé]lico|irland[eé]s", "Chinese": "chinese|mandarin|chino|mandar[ií]n",
    "Arabic": "arabic|[aá]rabe",
    "Japanese": "japanese|japon[eé]s", "Russian": "russian|ruso", "Ukrainian": "ukrainian|ucraniano",
    "Romanian": "romanian|rumano", "Swedish": "swedish|sueco", "Turkish": "turkish|turco",
}  # fmt: skip
_LANGUAGE = "(?P<language>" + "|".join(_NAMES.values()) + ")"
_OF_NAME = [(code, re.compile(pattern, re.I)) for code, pattern in _NAMES.items()]
_POLITE = (
    r"^\W*(?:(?:please|por favor|can you|could you|would you|i need you to|i(?:'d| would) like you to|i want you to|me "
    r"puedes|puedes|podr[ií]as|me podr[ií]as|quiero que|necesito que|necesito|now|and|y|ahora|hi|hello|hola)\W+)*"
)
_VERB = (
    r"(?:translate|traduce(?:lo|la|los|las)?|trad[uú]ce(?:me|lo|la|melo|mela)|traducir(?:me|lo|la)?|"
    r"traduzca(?:s|me|n)?|"
    r"put|say|write|repeat|give me|pon(?:lo|la|me)?|p[aá]sa(?:me|lo|la)?|d[ií](?:me|melo|lo)?|escr[ií]be(?:lo|"
    r"me)?|rep[ií]te(?:lo|la)?)"
)
_TRANSLATE = re.compile(r"^(?:translat|trad[uú])", re.I)
_INTO = rf"(?:in(?:to)?|to|al?|en)\s+(?:the\s+)?{_LANGUAGE}\b(?:\s+(?:language|idioma))?"
_THIS = (
    r"(?:the following(?: text| message| sentence| paragraph| email| words?)?|this|that|it|the (?:above|text|"
    r"message|sentence|paragraph|phrase|word|email)|(?:this|"
    r"that) (?:text|"
    r"message|sentence|paragraph|phrase|word|email)|(?:lo|el texto|la frase|el mensaje|el p[aá]rrafo) siguiente|"
    r"esto|eso|"
    r"est[ea] (?:texto|frase|mensaje|p[aá]rrafo|correo|palabra)|el texto|la frase|el mensaje)"
)
# What is to be translated stands behind a colon or on the next line: "Translate this into Spanish: ...".
_BEHIND = re.compile(
    rf"{_POLITE}(?P<verb>{_VERB})\b\s*(?:{_THIS}\s*)?(?:(?P<from>from \w+ |"
    rf"del? \w+ )?{_INTO})?\s*(?:,?\s*please|,?\s*por "
    rf"favor)?\s*[?.!]*\s*?(?::\s*|\n\s*)(?P<text>.*\S.*)$",
    re.I | re.S,
)
_QUOTED = r"[\"“«‘'](?P<quoted>.+?)[\"”»’']"
_HOW_DO_YOU_SAY = re.compile(
    rf"^\W*(?:(?:how (?:do|would|can) (?:you|i|we|one) (?:say|translate)|c[oó]mo (?:se (?:dice|traduce)|digo|dir[ií]as|"
    rf"puedo decir))\s+(?:{_QUOTED}|(?P<plain>[^?\n]{{1,80}}?))|(?:how (?:do|would|can) (?:you|i|we|one) (?:write|put)|"
    rf"what(?:'s| is)|c[oó]mo se escribe|qu[eé] es)\s+{_QUOTED.replace('quoted', 'marked')})\s+{_INTO}\W*$",
    re.I | re.S,
)
_SPANISH_FOR = re.compile(
    rf"^\W*what(?:'s| is) the {_LANGUAGE} (?:word |term )?for\s+(?:{_QUOTED}|(?P<plain>.+?))\W*$", re.I
)
_WHOLE = re.compile(
    rf"{_POLITE}(?P<verb>{_VERB})\s*(?P<x>.*?)\s*\b{_INTO}(?:\W+(?:please|por favor|for me))?\W*$", re.I | re.S
)
_INTO_FIRST = re.compile(rf"{_POLITE}(?P<verb>{_VERB})\s+{_INTO}\s+(?P<x>.+?)\W*$", re.I | re.S)
_IN_SPANISH = re.compile(
    rf"^\W*(?:and |now |y |ahora )*(?:the same |lo mismo )?(?:in(?:to)?|to|en|al)\s+{_LANGUAGE}"
    r"(?:\W+(?:please|por favor))?\W*$",
    re.I,
)
_ANSWER = re.compile(
    r"^(?:it|this|that|the (?:above|answer|previous answer|last answer|answer above|last message|response|same)|"
    r"(?:your|that|"
    r"this) (?:last |previous )?(?:answer|response|reply|message)|what you (?:just )?said|lo|la|lo anterior|"
    r"lo mismo|esto|"
    r"eso|(?:tu|la|esa|esta) (?:[uú]ltima )?respuesta(?: anterior| de arriba)?|lo que (?:has dicho|"
    r"acabas de decir|dijiste)|"
    r"el mensaje anterior)?$",
    re.I,
)
_SECTION = re.compile(
    r"^(?:the |el |la )?(?:section|chapter|part|apartado|secci[oó]n|cap[ií]tulo|parte)\s+(?:on |about |called |"
    r"titled |de |"
    r"sobre |del )?(?:the |la |el )?(?P<section>.+?)\s+(?:of|in|from|de|del|en)\s+(?P<document>.+)$",
    re.I,
)
_BEFORE = re.compile(
    r"^(?:for me|me|(?:the|this|these|la|las|el|est[ae])\s+(?:following\s+)?(?:words?|sentences?|phrases?|text|"
    r"expression|"
    r"palabras?|frases?|texto|expresi[oó]n)(?=[\s,:]*[\"“«‘'\w]))[\s,:]*",
    re.I,
)
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """What is to be translated: `text`, the last `answer`, or a document that is `named`.

    `language` is "en", "es", or another language by its English name; None is the other one of the two. `quoted` is
    whether `text` was marked as such by the person; otherwise the words may as well name a document.
    """

    what: Literal["text", "answer", "named"]
    language: str | None
    text: str = ""
    document: Named | None = None
    section: str = ""


def translation_asked(text: str) -> TranslationRequest | None:
    """The request in a text, None when it is something else."""
    said = text.strip()
    if (found := _BEHIND.match(said)) and (_TRANSLATE.match(found["verb"]) or found["language"]):
        return TranslationRequest("text", _code(found["language"]), _unquoted(found["text"]))
    for pattern in (_HOW_DO_YOU_SAY, _SPANISH_FOR):
        if found := pattern.match(said):
            groups = found.groupdict()
            words = groups.get("quoted") or groups.get("marked") or groups.get("plain") or ""
            return _phrase(words.strip(), _code(found["language"]))
    if found := _IN_SPANISH.match(said):
        return TranslationRequest("answer", _code(found["language"]))
    for pattern in (_WHOLE, _INTO_FIRST):
        if found := pattern.match(said):
            return _object(found["verb"], found["x"].strip(" ,"), _code(found["language"]))
    return None


def _phrase(words: str, language: str | None) -> TranslationRequest:
    """A word or a phrase."""
    if _ANSWER.match(words):
        return TranslationRequest("answer", language)
    return TranslationRequest("text", language, words)


def _object(verb: str, words: str, language: str | None) -> TranslationRequest | None:
    """What follows the verb: what was said last, a text in quotation marks, a document, or the words themselves."""
    translate = bool(_TRANSLATE.match(verb))
    words = _BEFORE.sub("", words).strip(" ,")
    if _ANSWER.match(words):
        return TranslationRequest("answer", language)
    quoted = re.fullmatch(_QUOTED, words, re.S)
    if quoted:
        return TranslationRequest("text", language, quoted["quoted"])
    if not translate:
        return None  # "put the form in English on the intranet"
    if len(words) > LONGEST_NAME or "\n" in words:
        return TranslationRequest("text", language, words)
    if part := _SECTION.match(words):
        return TranslationRequest("named", language, words, named(part["document"]), part["section"].strip())
    return TranslationRequest("named", language, words, named(words))


def _code(name: str | None) -> str | None:
    return None if name is None else next(code for code, pattern in _OF_NAME if pattern.fullmatch(name))


def _unquoted(text: str) -> str:
    found = re.fullmatch(_QUOTED, text.strip(), re.S)
    return found["quoted"] if found and not re.search(r"[\"“”«»]", found["quoted"]) else text.strip("\n")
