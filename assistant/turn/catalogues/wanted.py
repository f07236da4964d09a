"""Whether a turn asks for a recommendation, of what, and which rows of a catalogue are such things."""

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.storage.folding import folded
from assistant.turn.catalogues.catalogue import Catalogue
from assistant.turn.catalogues.wishes import wish_words
from knowledge.lexical.analyzer import Analyzer

_ASKS = re.compile(
    r"\b(?:recommend\w*|suggest(?:ion)?s?|advise|advice on|what (?:would|do) you (?:recommend|suggest|advise)"
    r"|(?:which|what)\b.{1,60}?\b(?:should|shall|could|do) (?:i|we) (?:buy|get|choose|take|pick|go for|order)"
    r"|(?:which|what)\b.{1,60}?\b(?:would (?:you|suit|fit|be (?:best|right|good))|suits?|is (?:the )?best for)"
    r"|help (?:me|us) (?:to )?(?:choose|pick|find|decide)|(?:i am|i'm|we are|we're) looking for|best .{2,40} for"
    r"|i(?:'d| would)? (?:want|like|need) (?:to buy )?(?:a|an|some)\b"
    r"|recom(?:iend|end)\w*|aconsej\w*|sug(?:ier|er)\w*"
    r"|(?:que|cual)\b.{1,60}?\b(?:me compro|nos compramos|compro|compramos|comprar|me llevo|elijo|elegir|cojo"
    r"|me conviene|nos conviene|deberia (?:comprar|elegir)|es (?:el|la) mejor|me va mejor|me vendria bien)"
    r"|ayud(?:a|ame|anos|arme|as) a (?:elegir|escoger|decidir)|(?:busco|buscamos|necesito|necesitamos|quiero|queremos) "
    r"(?:comprar )?un[ao]?s?\b)"
)
# The thing stands behind one of these and goes on to what is said of it.
_BEFORE = re.compile(
    r"\b(?:which|what|que|cual(?: es)?(?: el| la)?(?: mejor)?)\s+(?!would|should|do\b|me\b|es\b|is\b)"
    r"|\b(?:recommend|suggest|buy|get|choose|pick|find|for|need|want|like|best)\s+(?:me |us )?(?:to buy )?"
    r"(?:a|an|some|the|any)\s+(?:good |nice |new )?"
    r"|\b(?:recom\w+|aconsej\w+|sug\w+|busco|buscamos|necesito|necesitamos|quiero|queremos|comprar\w*|elegir|escoger"
    r"|mejor(?:es)?)\s+(?:comprar )?(?:un[ao]?s?|el|la|los|las|algun[ao]?)?\s*(?:buen[ao]?s? )?"
    r"|\bbest\s+|^\W*(?:an?|some|un[ao]?)\s+"
)
_AFTER = re.compile(
    r"[,.;:?!¿¡()\n]|\b(?:for|of|under|below|with|without|that|which|from|between|at|in|on|less|around|about|up|to|would|should"
    r"|do|can|could|is|are|fits?|suits?|over|above|no|not|has|have|costs?|cheaper|than|my|i|we|you|and|but"
    r"|para|por|con|sin|que|entre|hasta|menos|mas|en|me|nos|le|debo|deberia|es|seria|compro|y|pero|como|al|a|cuesten?"
    r"|recom\w+|aconsej\w+|sug\w+|conviene|elijo|cojo|buy|get|choose|take|pick)\b"
    r"|\bde (?=\d|menos|mas|hasta|entre|unos)|\d"
)
_LEAST = 3
# How near two names of one thing are, in the band of the lines' embedder, and how much less near another one may be.
# Of fifteen pairs tried, "coffee machine" and an espresso machine lie at 0.66, "frigorífico" and a fridge at 0.72;
# "dishwasher" and a washer-dryer at 0.61, "aspirador" and a dryer at 0.63.
SAME_THING, BESIDE = 0.645, 0.05
MOST_HEADS = 200
# A cell names a thing before it says what that thing is for.
_MEANT_FOR = re.compile(r"\b(?:for|para|fits|compatible)\b")
_EMPTY = re.compile(r"\b(?:good|nice|new|best|buen[ao]?s?|mejor(?:es)?|nuev[ao]s?|option|model|modelo|one|thing)\b")


def asks_for_recommendation(said: str) -> bool:
    """Whether a turn has the shape of it."""
    return bool(_ASKS.search(folded(said)))


def thing_in(said: str) -> str:
    """What is to be recommended, in the person's words: "washing machine"; empty when they do not say."""
    text = folded(said)
    for found in _BEFORE.finditer(text):
        end = _AFTER.search(text, found.end())
        words = text[found.end() : end.start() if end else len(text)].strip()
        named = _EMPTY.sub(" ", words)
        bare = " ".join((wish_words().sub(" ", named).strip() or named).split())
        if len(bare) >= _LEAST and len(bare.split()) <= 5:
            return bare
    return ""


def rows_of(thing: str, catalogue: Catalogue, analyzer: Analyzer) -> list[int]:
    """The rows that are such a thing: all its words stand in a kind, or else in the name, of the row."""
    wanted = [frozenset(analyzer.query_terms(word, None)) for word in analyzer.words(thing)]
    kinds = [column.cells for column in catalogue.columns if column.values]
    found = _having(wanted, kinds, analyzer)
    texts = [column.cells for column in catalogue.columns if not column.is_number and not _long(column.cells)]
    return found or _having(wanted, texts, analyzer)


def heads_of(catalogue: Catalogue) -> dict[str, list[int]]:
    """What the rows are, by their kinds and names, without what they are for: text and rows."""
    rows: dict[str, list[int]] = {}
    for column in catalogue.columns:
        if column.is_number or _long(column.cells):
            continue
        for row, cell in enumerate(column.cells):
            head = _MEANT_FOR.split(folded(cell))[0].strip()
            if any(char.isalpha() for char in head):
                rows.setdefault(head, []).append(row)
    return rows


def near_rows(
    thing: str, heads: Mapping[str, list[int]], near: Callable[[str, Sequence[str]], Sequence[float]]
) -> list[int]:
    """The rows that are such a thing by another name, or in another language: those of the nearest of `heads`."""
    texts = list(heads)[:MOST_HEADS]
    nearness = dict(zip(texts, near(thing, texts), strict=True)) if texts else {}
    best = max(nearness.values(), default=0.0)
    if best < SAME_THING:
        return []
    return sorted(
        {row for text, each in nearness.items() if each >= max(SAME_THING, best - BESIDE) for row in heads[text]}
    )


def _having(wanted: Sequence[frozenset[str]], columns: Sequence[tuple[str, ...]], analyzer: Analyzer) -> list[int]:
    """The rows of which one cell has every word."""
    if not wanted or not columns:
        return []
    found = []
    for row, cells in enumerate(zip(*columns, strict=True)):
        heads = (_MEANT_FOR.split(folded(cell))[0] for cell in cells if cell)
        terms = (frozenset(analyzer.query_terms(head, None)) for head in heads)
        if any(all(word & own for word in wanted) for own in terms):
            found.append(row)
    return found


def _long(cells: Sequence[str]) -> bool:
    """Notes: sentences about a thing rather than its name."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and max(len(cell.split()) for cell in filled) > 12
