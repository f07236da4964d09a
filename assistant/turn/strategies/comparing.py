"""What a question compares, told by code: the things, and for each the question it asks about it."""

import re
from dataclasses import dataclass

from assistant.turn.strategies.pairs import joined_things, whole_pair

_BETWEEN = re.compile(
    r"\b(?:(?:differences?|gap|comparison)(?: (?:of|in) (?P<of_en>[^?]+?))?(?: is| are)?(?: there)? between"
    r"|(?:diferencias?|comparaci[oó]n)(?: de (?P<of_es>[^?]+?))?(?: que)?(?: hay| existe| tienen)?"
    r"(?: (?P<at>(?:en|para) [^?]+?))? entre)\s+(?P<things>[^?.]+)",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"^\W*(?:please |can you |could you |por favor,? |(?:me )?puedes |podr[ií]as )*"
    r"(?:compare|contrast|comp[aá]ra(?:me|r|d|nos)?|comparad|compare(?:me|nos)?|en qu[eé] se diferencian?|"
    r"how do|how does|how are|what sets|qu[eé] distingue a)\s+(?P<things>[^?.:]+?)"
    r"(?:\s+(?:differ|compare|different|apart))?"
    r"(?:[:;]\s*(?P<of>[^?.]+))?[?.!]*$",
    re.IGNORECASE,
)
_DIFFER = re.compile(
    r"^\W*(?:how (?:do|does|is|are)|en qu[eé] se diferencian?)\s+(?P<a>[^?]+?)\s+"
    r"(?:differ(?:ent)? from|de)\s+(?P<b>[^?]+)",
    re.IGNORECASE,
)
_VERSUS = re.compile(r"\s+(?:vs\.?|versus|as opposed to|compared (?:to|with)|frente a|comparado con)\s+", re.IGNORECASE)
_OR = re.compile(r",?\s+(?:or|o|u)\s+", re.IGNORECASE)
_MORE = re.compile(
    r"\b(?:more|less|fewer|better|worse|most|least|cheap(?:er|est)|dearer|long(?:er|est)|short(?:er|est)|fast(?:er|est)|"
    r"slow(?:er|est)|big(?:ger|gest)|larg(?:er|est)|small(?:er|est)|high(?:er|est)|low(?:er|est)|heav(?:ier|iest)|"
    r"light(?:er|est)|old(?:er|est)|new(?:er|est)|loud(?:er|est)|quiet(?:er|est)|strong(?:er|est)|wid(?:er|est)|"
    r"earl(?:ier|iest)|later|latest|sooner|first|clos(?:er|est)|near(?:er|est)|farther|further|"
    r"m[aá]s|menos|mejor|peor|mayor|menor|antes|despu[eé]s|primero)\b",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"^\W*(?:which(?: one)?(?: of (?:the two|them|these))? (?:costs (?:more|less)|is (?:the )?(?:cheap|dear)\w+|"
    r"is (?:more|less) expensive)|(?:cu[aá]l|qu[eé])(?: de los dos| de las dos)?(?: [\wáéíóúñ ]+?)? "
    r"(?:cuesta (?:m[aá]s|menos)|(?:sale|es) m[aá]s (?:car|barat)[oa]s?))(?P<rest>[^,]*)$",
    re.IGNORECASE,
)
# "How much more do I pay?" asks for a sum.
_HOW_MUCH = re.compile(r"\b(?:how (?:much|many) (?:more|less|longer)|cu[aá]nt[oa]s? (?:m[aá]s|menos))\b", re.IGNORECASE)
_WORDED = re.compile(
    r"\b(?:compar\w+|contrast|differ\w*|diferenci\w*|distingu\w+|versus|chang\w+|cambi\w+|pros and cons|advantages?|"
    r"ventajas?|inconvenientes?|which (?:one|of)|cu[aá]l(?:es)? de|apart|instead of|en vez de)\b",
    re.IGNORECASE,
)
# "in Cork and in Gijón", "con 5 años y con 12": the same preposition before two names or numbers.
_PLACES = re.compile(
    r"(?P<stem>.+?),?\s+(?P<p>in|at|for|from|en|para|desde|con)\s+(?P<a>[A-ZÁÉÍÓÚÑ0-9][\w .'’-]*?)\s+(?:and|y|e)\s+"
    r"(?:(?P=p)|(?:(?:how much|how many|cu[aá]nt[oa]s?|qu[eé])\s+(?P=p)))\s+(?P<b>[A-ZÁÉÍÓÚÑ0-9][\w .'’-]*)[?.!]*$"
)
_NOUN = re.compile(
    r"^\W*(?:which|what|qu[eé]|cu[aá]l) (?P<noun>.+?) (?:is|are|costs?|has|es|son|cuesta|sale|tiene)\b", re.I
)
# "el del D12" of a question that has named what it is.
_THAT = re.compile(r"^(?P<article>el|la|los|las|that|the one) (?P<rest>(?:del?|of|for) .+)$", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[?!])\s+|(?<=\.)\s+(?=[A-ZÁÉÍÓÚÑ¿])")
_OPENS = re.compile(
    r"^(?:(?:in|at|from|for|en|desde|para|con)\s+)?(?:(?:the|an?|el|la|los|las|una?)\s+)?(?:del? )?", re.I
)
LONGEST_THING = 14


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked about: what it is called in the answer, and the question about it alone."""

    label: str
    question: str


def things_compared(question: str) -> tuple[Asked, ...]:
    """The things a question compares, at least two; nothing when it compares none, or when code cannot tell which."""
    for sentence in _SENTENCE.split(" ".join(question.split())):
        for read in (_between, _versus, _differ, _compare, _alternatives, _places):
            found = read(sentence)
            if len(found) > 1 and all(each.label and len(each.label.split()) <= LONGEST_THING for each in found):
                return found
    return ()


def compares(question: str) -> bool:
    """Whether a question is worded like a comparison, whether or not the things can be told."""
    return bool(_VERSUS.search(question) or _WORDED.search(question) or _MORE.search(_HOW_MUCH.sub("", question)))


def _between(sentence: str) -> tuple[Asked, ...]:
    found = _BETWEEN.search(sentence)
    if found is None:
        return ()
    aspect = found["of_en"] or found["of_es"] or ""
    where = f" {found['at']}" if found["at"] else ""
    link = "of" if found["of_en"] else "de"
    return tuple(
        Asked(label(thing), f"{aspect}{where} {link} {thing}" if aspect else f"{thing}{where}")
        for thing in joined_things(found["things"])
    )


def _compare(sentence: str) -> tuple[Asked, ...]:
    found = _COMPARE.match(sentence)
    if found is None:
        return ()
    aspect = f": {found['of'].strip()}" if found["of"] else ""
    return tuple(Asked(label(thing), f"{thing}{aspect}") for thing in joined_things(found["things"]))


def _differ(sentence: str) -> tuple[Asked, ...]:
    found = _DIFFER.match(sentence)
    return () if found is None else tuple(Asked(label(t), t) for t in whole_pair(found["a"], found["b"].strip(" ?.!")))


def _versus(sentence: str) -> tuple[Asked, ...]:
    sides = _VERSUS.split(sentence.strip(" ?¿.!"), maxsplit=1)
    if len(sides) != 2:
        return ()
    return _sided(*sides)


def _sided(left: str, right: str) -> tuple[Asked, ...]:
    """ "price of the toner, the small one vs the large one": what stands before the comma is asked of both."""
    head, comma, first = left.rpartition(", ")
    if comma:
        return tuple(Asked(label(thing), f"{head}: {thing}?") for thing in whole_pair(first, right))
    words, others = left.split(), right.partition(" (")[0].split()
    ends = next((i for i, (a, b) in enumerate(zip(words[::-1], others[::-1], strict=False)) if a != b), 0)
    own = len(others) - ends
    if ends and 0 < own < len(words) - ends:
        start = len(words) - ends - own
        named = " ".join(words[start:])
        return Asked(named, left), Asked(" ".join(others), f"{' '.join(words[:start])} {right}")
    return tuple(Asked(label(thing), thing) for thing in whole_pair(left, right))


def _alternatives(sentence: str) -> tuple[Asked, ...]:
    """ "Which is cheaper, A or B?", "is it longer in A or in B?": comparing, and two to choose from."""
    text = sentence.strip(" ?.!")
    joints = list(_OR.finditer(text))
    if not joints or not _MORE.search(text):
        return ()
    left, right = text[: joints[-1].start()], text[joints[-1].end() :]
    if not _MORE.search(left):
        return _before_it(left, right)
    stem, comma, first = left.rpartition(", ")
    if comma and first.lstrip().startswith("¿"):
        return ()  # what stands before it only tells something
    if comma and len(first.split()) <= LONGEST_THING:
        return tuple(Asked(label(thing), _about(stem, thing)) for thing in whole_pair(first, right))
    one, two = whole_pair(left, right) if len(right.split()) <= LONGEST_THING else ("", "")
    if not two or two == right or one != left:
        return ()
    shared = next((i for i, (a, b) in enumerate(zip(one.split(), two.split(), strict=False)) if a != b), 0)
    if not shared:
        return ()
    return tuple(Asked(label(" ".join(each.split()[shared:])), f"{each}?") for each in (one, two))


def _before_it(left: str, right: str) -> tuple[Asked, ...]:
    """ "A or B, which is cheaper?": the question comes after the two."""
    second, comma, stem = right.partition(", ")
    if not comma or not _MORE.search(stem) or max(len(left.split()), len(second.split())) > LONGEST_THING // 2:
        return ()
    return tuple(Asked(label(thing), _about(stem, thing)) for thing in whole_pair(left.strip(" ¿"), second))


def _about(stem: str, thing: str) -> str:
    noun = _NOUN.match(stem)
    if noun is not None and (that := _THAT.match(thing)) is not None:
        thing = f"{that['article']} {noun['noun']} {that['rest']}"
    if (price := _PRICE.match(stem)) is not None:
        ask = "How much does {} cost{}?" if "which" in stem.casefold() else "¿Cuánto cuesta {}{}?"
        return ask.format(thing, price["rest"])
    return f"{stem}: {thing}?"


def _places(sentence: str) -> tuple[Asked, ...]:
    found = _PLACES.match(sentence)
    if found is None:
        return ()
    return tuple(
        Asked(name.strip(), f"{found['stem']} {found['p']} {name.strip()}?") for name in (found["a"], found["b"])
    )


def label(thing: str) -> str:
    """What a thing is called in the answer: without its article, in one line."""
    return _OPENS.sub("", thing.strip(" ?¿.!,;:"))
