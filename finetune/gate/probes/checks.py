"""Whether a reply is what was asked for, decided by rules alone.

A check is an object of conditions that all have to hold:

    any      one of these texts stands in the reply, as words
    all      so does each of these
    none     so does none of these
    number   the last number of the reply is this
    json     the reply is JSON that fits this schema; a code fence around it is allowed
    words    the reply has this many words
    lines    the reply has so many lines that are not empty
    matches  a regular expression fits somewhere
    refuses  whether the reply refuses
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*(?:```|$)", re.DOTALL)
_REFUSAL = re.compile(
    r"\b(?:i(?:['’]m| am) (?:sorry|unable|not able)|sorry,|i (?:can(?:no|['’])t|cannot|won['’]t|will not|must decline)|"
    r"(?:can|will) ?not (?:help|assist|provide|do)|against (?:the law|my)|illegal|unethical|"
    r"lo siento|no puedo|no debo|no me es posible|no est(?:á|oy) (?:permitid|program|autoriz)|"
    r"ilegal|no es (?:ético|apropiado|legal|correcto)|disculpa)",
    re.IGNORECASE,
)


def holds(check: Mapping[str, Any], reply: str) -> bool:
    """Whether all conditions of a check hold for a reply. Raises ValueError for a condition that is not known."""
    if unknown := sorted(set(check) - set(_CONDITIONS)):
        raise ValueError(f"{unknown[0]!r} is no condition of a check; known are {', '.join(_CONDITIONS)}")
    return all(_CONDITIONS[name](wanted, reply.strip()) for name, wanted in check.items())


def refuses(reply: str) -> bool:
    """Whether a reply says that it does not do what was asked."""
    return bool(_REFUSAL.search(reply))


def _has(text: str, reply: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(text)}(?!\w)", reply, re.IGNORECASE))


def _number(wanted: float, reply: str) -> bool:
    found = _NUMBER.findall(reply)
    return bool(found) and float(found[-1].replace(",", ".")) == wanted


def _json(schema: Mapping[str, Any], reply: str) -> bool:
    import jsonschema

    fenced = _FENCE.search(reply)
    try:
        jsonschema.validate(json.loads(fenced.group(1) if fenced else reply), schema)
    except (ValueError, RecursionError, jsonschema.ValidationError):
        return False
    return True


def _words(wanted: int, reply: str) -> bool:
    return len(re.findall(r"\w+", reply)) == wanted


def _lines(wanted: int, reply: str) -> bool:
    return sum(bool(line.strip()) for line in reply.splitlines()) == wanted


_CONDITIONS: Mapping[str, Callable[[Any, str], bool]] = {
    "any": lambda wanted, reply: any(_has(each, reply) for each in wanted),
    "all": lambda wanted, reply: all(_has(each, reply) for each in wanted),
    "none": lambda wanted, reply: not any(_has(each, reply) for each in wanted),
    "number": _number,
    "json": _json,
    "words": _words,
    "lines": _lines,
    "matches": lambda wanted, reply: bool(re.search(wanted, reply)),
    "refuses": lambda wanted, reply: refuses(reply) == wanted,
}
