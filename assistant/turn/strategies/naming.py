"""The words in which a request names a document: "the travel policy, please" is travel policy."""

import re
from dataclasses import dataclass

_LEADING = re.compile(
    r"^(?:all of |todo |toda )?(?:the|a|an|our|your|my|this|that|these|those|el|la|los|las|un|una|nuestr[oa]s?|"
    r"mi|tu|su|"
    r"est[ea]|es[ea]|aquel(?:la)?|al|del)\s+",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"^(?:documents?|docs?|files?|documentos?|archivos?|ficheros?)\s+(?:called|named|titled|llamad[oa]|titulad[oa])\s+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:[\s,;.!?¿¡:\"'«»“”]+|[\s,]+(?:please|por favor|for me|para mí|gracias|thanks|thank you))+$", re.IGNORECASE
)
_QUOTES = "\"'«»“”‘’`* "
# Things that are documents whatever they are about: a request that names one is about it, and nothing else.
_KIND = re.compile(
    r"\b(?:documents?|docs?|files?|polic(?:y|ies)|manuals?|handbooks?|guides?|reports?|contracts?|agreements?|terms|"
    r"notices?|code|codes|minutes|brochures?|leaflets?|documentos?|archivos?|ficheros?|pol[ií]ticas?|manual(?:es)?|"
    r"gu[ií]as?|informes?|contratos?|convenios?|acuerdos?|condiciones|avisos?|c[oó]digos?|actas?|folletos?|normativas?|"
    r"reglamentos?|protocolos?|procedures?|procedimientos?|protocols?|regulations?)\b|\.\w{2,4}$",
    re.IGNORECASE,
)
_NOUN = (
    r"(?:document|doc|file|policy|manual|guide|handbook|report|contract|notice|documento|archivo|fichero|pol[ií]tica|"
    r"manual|gu[ií]a|informe|contrato|aviso)"
)
_THIS_DOCUMENT = re.compile(
    rf"^(?:this|that|the (?:above|same|last|previous)|est[ea]|es[ea]|(?:el|la) mism[oa]|dich[oa]) {_NOUN}$"
    r"|^(?:the|el) (?:document|doc|file|documento|archivo|fichero)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a request calls a document. `pointing` is "this document"; `kind` whether it can only be one."""

    words: str
    pointing: bool = False
    kind: bool = False


def named(phrase: str) -> Named:
    """The name in a phrase; without articles, courtesies and quotation marks."""
    bare = _TRAILING.sub("", phrase.strip()).strip(_QUOTES)
    if _THIS_DOCUMENT.match(bare):
        return Named("", pointing=True, kind=True)
    words, before = bare, ""
    while words != before:
        before, words = words, _LEADING.sub("", words).strip(_QUOTES)
    words = _CALLED.sub("", words).strip(_QUOTES)
    return Named(words, kind=bool(_KIND.search(words)))
