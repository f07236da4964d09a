"""Who an appointment is for, and how to reach them, out of what they say."""

import re

from assistant.storage.folding import folded

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/:-])\+?\d(?:[ .()-]?\d){6,14}(?![\w/:-])")
_ISO_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_INTRODUCED = re.compile(
    r"(?i:\b(?:my name is|my name's|i am|i'm|this is|(?:under|in) the name(?: of)?|name:|me llamo|mi nombre es|soy|"
    r"a nombre de|nombre:))\s+((?:[A-ZÁÉÍÓÚÑÜ][\w'’.-]*)(?:\s+(?:de|del|la|van|von|[A-ZÁÉÍÓÚÑÜ][\w'’.-]*)){0,4})"
)
_LEAD = re.compile(
    r"^(?:it'?s|my name is|my name's|i am|i'm|this is|(?:under|in|for) the name(?: of)?|for|name:?|put|me llamo|"
    r"mi nombre es|soy|es|a nombre de|para|nombre:?|pon(?:lo)?(?: a nombre de)?)\s+",
    re.IGNORECASE,
)
MOST_NAME_WORDS = 5


def read_contact(said: str) -> str:
    """An e-mail address or a telephone number (seven digits and more); empty when there is none."""
    if found := _MAIL.search(said):
        return found.group().rstrip(".")
    for found in _PHONE.finditer(said):
        if not _ISO_DAY.fullmatch(found.group()):
            return found.group().strip()
    return ""


def read_name(said: str, *, asked: bool) -> str:
    """A name that is introduced as one; when one was asked for, whatever short thing was said."""
    if found := _INTRODUCED.search(said):
        return found.group(1).rstrip(" .,")
    if not asked or "?" in said:
        return ""
    rest = _PHONE.sub(" ", _MAIL.sub(" ", said))
    name = _LEAD.sub("", re.split(r"[,;\n]|\s(?:and|y)\s", rest.strip())[0]).strip(" .,!")
    words = name.split()
    fits = 0 < len(words) <= MOST_NAME_WORDS and not any(character.isdigit() for character in name)
    return name if fits else ""


def spoken(value: str, said: str) -> bool:
    """Whether every word of a value was said: a model makes up what it is not given, names out of addresses too."""
    heard = set(re.findall(r"\w+", folded(_MAIL.sub(" ", said))))
    words = re.findall(r"\w+", folded(value))
    return bool(words) and all(word in heard for word in words)


def as_said(value: str, said: str) -> str:
    """A value in the person's own spelling: models leave accents out."""
    words, wanted = list(re.finditer(r"\w+", said)), re.findall(r"\w+", folded(value))
    for start in range(len(words) - len(wanted) + 1):
        part = words[start : start + len(wanted)]
        if [folded(word.group()) for word in part] == wanted and wanted:
            return said[part[0].start() : part[-1].end()]
    return value
