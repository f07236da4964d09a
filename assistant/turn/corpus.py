"""Questions about the documents as a whole: "which documents mention Gijón?", "list all contracts".

Such a question is told by its shape, not by its resemblance to examples: "how many old appliances were collected in
2025?" counts something that one document states, "how many contracts do we have?" counts documents.
"""

import re

from knowledge.lexical.stopwords import ENGLISH, SPANISH

_KINDS_EN = (
    "documents?|docs|files?|sources|polic(?:y|ies)|manuals?|contracts?|agreements?|reports?|guides?|handbooks?|"
    "notices?|invoices?|minutes|records|e-?mails?|presentations?|spreadsheets?|procedures?|forms?"
)
_KINDS_ES = (
    "documentos?|archivos?|ficheros?|fuentes|políticas?|politicas?|manual(?:es)?|contratos?|acuerdos?|convenios?|"
    "informes?|guías?|guias?|normativas?|avisos?|facturas?|actas?|correos?|presentaci(?:ón|ones)|hojas de cálculo|"
    "procedimientos?|formularios?"
)
_SPEAK_EN = (
    r"mentions?|talks? about|speaks? (?:of|about)|contains?|refers? to|covers?|deals? with|(?:is|are) about|"
    r"discuss(?:es)?|describes?|includes?|concerns?|says? (?:something|anything) about|do we have(?! to)\b|"
    r"have we got|are there|exist"
)
_SPEAK_ES = (
    r"mencionan?|hablan?|tratan?|contienen?|citan?|se refieren?|refieren? a|cubren?|incluyen?|describen?|"
    r"dicen? algo|hay(?! que)|tenemos(?! que)|existen"
)
_ASKS_FOR_DOCUMENTS = re.compile(
    rf"\b(?:which|what|how many)\b(?:\W+\w+){{0,3}}?\W+(?:{_KINDS_EN})\b.*?\b(?:{_SPEAK_EN})"
    rf"|\b(?:qué|que|cuáles|cuales|cuántos|cuántas|cuantos|cuantas)\b(?:\W+\w+){{0,3}}?\W+(?:{_KINDS_ES})\b"
    rf".*?\b(?:{_SPEAK_ES})\b",
    re.IGNORECASE,
)
_ASKS_FOR_ALL = re.compile(
    r"^\W*(?:please |can you |could you |i need you to )*(?:list|enumerate|name|show|give|find|get)\W+(?:me |us )?"
    r"(?:a list of )?(?:all|every|each|everything (?:about|on|regarding))\b"
    r"|^\W*(?:por favor,? |puedes |podrías )*(?:lista|listar|enumera|enumerar|nombra|nombrar|muéstrame|muestrame|"
    r"mostrar|enséñame|enseñame|dame|dime|busca|buscar)\W+(?:a |una lista de )?"
    r"(?:tod[oa]s\b|cada\b|todo (?:sobre|acerca de|lo (?:relativo|referente) a)\b)",
    re.IGNORECASE,
)
# Things of which a list stands in one place, told in order.
_ONE_LIST = re.compile(r"\b(?:steps|stages|phases|pasos|etapas|fases)\b", re.IGNORECASE)
_SHAPE = re.compile(
    rf"^(?:{_KINDS_EN.split('|polic')[0]}|{_KINDS_ES.split('|pol')[0]}|"
    r"please|can|could|need|list|enumerate|name|show|give|find|get|all|every|each|everything|about|regarding|which|what|"
    r"how|many|mention(?:s|ed)?|talks?|speaks?|contains?|refers?|covers?|deals?|discuss(?:es)?|describes?|includes?|"
    r"concerns?|says?|something|anything|got|exist|us|together|"
    r"favor|puedes|podrías|lista|listar|enumera|enumerar|nombra|nombrar|muéstrame|muestrame|mostrar|enséñame|enseñame|"
    r"dame|dime|busca|buscar|tod[oa]s?|cada|acerca|relativo|referente|qué|que|cuáles|cuales|cuántos|cuántas|cuantos|"
    r"cuantas|mencionan?|hablan?|tratan?|contienen?|citan?|refieren?|cubren?|incluyen?|describen?|dicen?|hay|tenemos|"
    r"existen)$",
    re.IGNORECASE,
)
_KIND = re.compile(rf"^(?:{_KINDS_EN}|{_KINDS_ES})$", re.IGNORECASE)
_COMMON = ENGLISH | SPANISH
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")


def subject_across(question: str) -> str | None:
    """What a question asks all documents about, in its own words; None when it asks for a fact like any other."""
    if _ONE_LIST.search(question) or not (_ASKS_FOR_DOCUMENTS.search(question) or _ASKS_FOR_ALL.search(question)):
        return None
    kept = [word for word in _WORD.findall(question) if not _SHAPE.match(word)]
    while kept and kept[0].casefold() in _COMMON:
        kept.pop(0)
    while kept and kept[-1].casefold() in _COMMON:
        kept.pop()
    return " ".join(kept) or None


def without_kind(subject: str) -> str:
    """A subject without the words for kinds of documents: "rules passwords" of "policies rules passwords"."""
    return " ".join(word for word in subject.split() if not _KIND.match(word)) or subject
