"""Cuts a pasted text into what can be checked, and what cannot: greetings, questions, closings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.parse.clean import clean_text, one_line
from knowledge.parse.rows import row_line
from knowledge.sentences import split_sentences

LONGEST_CLAIM = 600
_BULLET = re.compile(r"^\s*(?:[-*•–·>]|\d{1,2}[.)]|[a-z]\))\s+")
_QUOTED_LINE = re.compile(r"^(?:>\s?)+")
_RULE = re.compile(r"^\s*\|?(?:\s*:?-{3,}:?\s*\|?)+\s*$")
_MAIL_HEADER = re.compile(
    r"^(?:from|to|cc|bcc|sent|date|subject|reply-to|de|para|enviado|fecha|asunto|responder a)\s*:", re.IGNORECASE
)
_GREETING = re.compile(
    r"^\W*(?:dear|hi|hello|hey|good (?:morning|afternoon|evening)|to whom it may concern|hola|buenos días|buenas"
    r"|buenas (?:tardes|noches)|estimad[oa]s?|querid[oa]s?|apreciad[oa]s?|muy (?:señor|buenas))\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\W*(?:(?:kind|best|warm|with kind)?\s?(?:regards|wishes)|sincerely|yours|cheers|many thanks|thanks|thank you|bye"
    r"|all the best|take care|(?:un )?(?:cordial )?saludos?|atentamente|cordialmente|(?:muchas )?gracias|un abrazo"
    r"|hasta (?:pronto|luego))\b",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"\b(?:i hope (?:this|you)|hope you|thank you for (?:your|contacting|writing|getting)|thanks for (?:your|contacting"
    r"|writing|getting)|(?:let me|let us) know|do not hesitate|don't hesitate|feel free to|look(?:ing)? forward"
    r"|if you have any (?:other |further |more )?(?:questions|doubts)|happy to help|glad to help|sorry for the"
    r"|we apologi[sz]e|espero que (?:estés|esté|te|le|este)|espero haber"
    r"|gracias por (?:tu|su|escribir|contactar|ponerte)|no dudes? en|quedo a (?:tu|su)|quedamos a (?:tu|su|vuestra)"
    r"|cualquier (?:duda|otra duda|consulta|pregunta)"
    r"|a (?:tu|su) disposición|lamentamos (?:las|los|la|el)|disculpa las|estaremos encantad)",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"^\W*p\.?\s?[sd]\b", re.IGNORECASE)
_FIGURE = re.compile(r"\d")
_END = ".!?…:;"
_SHORT = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, list item or table row; `claim` says whether there is anything in it to check.

    `context` is the heading it stands under and the sentence before it, for a claim that leans on them.
    """

    text: str
    claim: bool
    context: str = ""


def pieces_of(text: str) -> list[Piece]:
    """The pieces of a pasted text, in its order."""
    pieces: list[Piece] = []
    heading, before, closed = "", "", False
    for line in _lines(clean_text(text)):
        if line.heading:
            heading, before = line.text, ""
            pieces.append(Piece(line.text, False))
            continue
        for sentence in [line.text] if line.row else [each.text for each in split_sentences(line.text)]:
            closed = (closed or _closes(line, sentence)) and not _POSTSCRIPT.match(sentence)
            claim = not closed and (line.row or _claims(sentence))
            context = " ".join(filter(None, (heading, before if _leans(sentence) else "")))
            pieces.append(Piece(sentence[:LONGEST_CLAIM], claim, context if claim else ""))
            before = sentence if claim else before
    return pieces


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    row: bool = False
    heading: bool = False


def _lines(text: str) -> Iterator[_Line]:
    """Paragraphs unwrapped, bullets taken off, the rows of a table under its column names."""
    names: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        names = []
        for line in _unwrapped([_QUOTED_LINE.sub("", each).rstrip() for each in paragraph.splitlines()]):
            cells = _cells(line)
            if _RULE.match(line):
                continue
            if cells and not names:
                names = cells
            elif cells:
                yield _Line(row_line(names, cells), row=True)
            elif _is_heading(line):
                yield _Line(one_line(line.strip(" #*:")), heading=True)
            elif bare := one_line(_BULLET.sub("", line)):
                yield _Line(bare)


def _unwrapped(lines: list[str]) -> Iterator[str]:
    """Lines as they were before something wrapped them at its width."""
    whole = ""
    for line in lines:
        if not line.strip():
            continue
        goes_on = whole and not _starts_anew(line) and whole[-1] not in _END and not _cells(whole)
        if goes_on and (line.lstrip()[:1].islower() or len(whole) >= 60):
            whole = f"{whole} {line.strip()}"
            continue
        if whole:
            yield whole
        whole = line
    if whole:
        yield whole


def _starts_anew(line: str) -> bool:
    return bool(_BULLET.match(line) or _MAIL_HEADER.match(line) or _RULE.match(line) or _cells(line))


def _cells(line: str) -> list[str]:
    """The cells of a row of a pasted table: between bars, or between tabs."""
    if line.count("\t") >= 1 and len(line.split("\t")) > 1:
        return [each.strip() for each in line.strip("\n").split("\t")]
    bare = line.strip()
    if bare.startswith("|") and bare.count("|") > 2:
        return [each.strip() for each in bare.strip("|").split("|")]
    return []


def _is_heading(line: str) -> bool:
    """A short line without a full stop, a figure or a bullet; or one that is marked as a heading."""
    bare = line.strip()
    if re.match(r"#{1,6}\s|\*\*[^*]+\*\*:?$", bare):
        return True
    if _GREETING.match(bare) or _CLOSING.match(bare) or _MAIL_HEADER.match(bare) or _BULLET.match(line):
        return False
    return len(bare.split()) <= 6 and bare[-1:] not in ".!?…;," and not _FIGURE.search(bare) and bare[:1].isupper()


def _claims(sentence: str) -> bool:
    """Whether a sentence states something that documents could back."""
    bare = sentence.strip()
    if bare.endswith("?") or bare.startswith("¿") or _MAIL_HEADER.match(bare) or _COURTESY.search(bare):
        return False
    words = len(bare.split())
    if _GREETING.match(bare) and (words <= _SHORT or bare[-1] in ",:"):
        return bool(_FIGURE.search(bare))
    return words >= 3 or bool(_FIGURE.search(bare) and words > 1)


def _closes(line: _Line, sentence: str) -> bool:
    """Whether a letter ends here: a closing in a line of its own, after which only names come."""
    alone = line.text == sentence and len(sentence.split()) <= _SHORT
    return alone and bool(_CLOSING.match(sentence)) and not _COURTESY.search(sentence)


def _leans(sentence: str) -> bool:
    """Whether a sentence speaks of something that the one before it named."""
    return bool(
        re.match(
            r"\W*(?:it|they|this|these|that|those|he|she|its|their|there|in that case|otherwise|then|also|el mismo|éste"
            r"|est[eao]s?|es[eao]s?|ello|ellos|ellas|su|sus|también|además|en ese caso|si no|entonces|allí)\b",
            sentence,
            re.IGNORECASE,
        )
    )
