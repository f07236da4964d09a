"""Cuts text into sentences by rule, for English and Spanish, in linear time and with exact offsets."""

import re

from knowledge.passage import Sentence

Span = tuple[int, int]

# One attempt per run of closing punctuation (the look-behind) and no backtracking (possessive): linear on any input.
_END = re.compile(r"""(?<![.!?…])[.!?…]++["'»”’)\]]*+(?=\s)|[。！？]++""")
# A table row ("Name: value | Name: value") is cited as a whole, unless its cells hold whole paragraphs.
_CELL_MARK = " | "
_LONGEST_ROW = 1_000
_LINE = re.compile(r"[^\n]+")
_OPENERS = "\"'«“‘([{¿¡—–-*•"

# Followed by a name, a number or a list rather than by a new sentence.
_ABBREVIATION_LIST = """
    mr mrs ms dr prof sr sra srta st rev hon gen col capt sgt lt fig figs eq eqs sec secs ch vol vols no nos nr pp p
    ed eds vs cf approx appt dept est inc ltd co corp art arts cap apdo avda av c/ tel tfno fax ext núm num nº n.º pág
    págs pag dra dres dña d da lic ing arq excmo excma ilmo ilma gral ud uds vd vds ej p.ej e.g i.e viz al s sto
    sta fdo pbro hno hna ref vid fco ma depto dpto prov
"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_LIST.split())
_ENUMERATION = re.compile(r"(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})\.")


def sentence_spans(text: str) -> list[Span]:
    """Offsets of the sentences of `text`: in order, disjoint, and together holding every non-blank character.

    A line break always ends a sentence, as in `ParsedDocument.text`.
    """
    spans: list[Span] = []
    for line in _LINE.finditer(text):
        start = line.start()
        whole = _CELL_MARK in line.group() and len(line.group()) <= _LONGEST_ROW
        for end in [] if whole else _sentence_ends(line.group()):
            spans.append((start, line.start() + end))
            start = line.start() + end
        spans.append((start, line.end()))
    return [span for span in (_stripped(text, *span) for span in spans) if span[0] < span[1]]


def split_sentences(text: str, offset: int = 0) -> tuple[Sentence, ...]:
    """The sentences of a passage that starts at `offset` of its document."""
    return tuple(Sentence(text[a:b], offset + a, offset + b) for a, b in sentence_spans(text))


def _sentence_ends(line: str) -> list[int]:
    return [match.end() for match in _END.finditer(line) if _ends_sentence(line, match)]


def _ends_sentence(line: str, mark: re.Match[str]) -> bool:
    if mark.group()[0] in "。！？":
        return True
    following = _next_visible(line, mark.end())
    if not following or following.islower():
        return False
    if mark.group()[0] != "." or line[mark.end() : mark.end() + 2].strip()[:1] in ("¿", "¡"):
        return True
    return not _is_abbreviated(line, mark.start())


def _next_visible(line: str, position: int) -> str:
    """The first character after white space and opening marks that starts a word; empty at the end of the line."""
    end = min(len(line), position + 40)
    while position < end and (line[position].isspace() or line[position] in _OPENERS):
        position += 1
    return line[position : position + 1]


def _is_abbreviated(line: str, dot: int) -> bool:
    start = max(0, dot - 12)
    word = line[start:dot].rsplit(maxsplit=1)[-1:]
    token = word[0].lstrip("\"'«“‘([{¿¡") if word else ""
    if not token:
        return False
    if len(token) == 1 and token.isalpha() and token.isupper():
        return True  # an initial: J. García
    if _ENUMERATION.fullmatch(token + ".") and not line[:start].strip() and line[:dot].strip() == token:
        return True  # "1. First step" at the start of a line
    return token.casefold() in _ABBREVIATIONS or bool(re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", token))


def _stripped(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
