"""Every text Pilares shows to people, in English and Spanish.

One plain table per surface, `key -> (English, Spanish)`; `message` looks a key up and fills its placeholders. A key
whose text depends on a number has two entries, `key_one` and `key_many`, and is read with `counted`.
"""

from typing import Any, Literal

from assistant.messages.access import ACCESS
from assistant.messages.answers import ANSWERS
from assistant.messages.chat import CHAT
from assistant.messages.checking import CHECKING
from assistant.messages.errors import ERRORS
from assistant.messages.handoff import HANDOFF
from assistant.messages.library import LIBRARY
from assistant.messages.operating import OPERATING
from assistant.messages.parts import PARTS
from assistant.messages.personal import PERSONAL
from assistant.messages.programs import PROGRAMS
from assistant.messages.recommending import RECOMMENDING
from assistant.messages.routes import ROUTES
from assistant.messages.tasks import TASKS
from assistant.messages.writing import WRITING

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")
CATALOGUE: dict[str, tuple[str, str]] = {
    **ACCESS, **ANSWERS, **CHAT, **CHECKING, **ERRORS, **HANDOFF, **LIBRARY, **OPERATING, **PARTS, **PERSONAL,
    **PROGRAMS, **RECOMMENDING, **ROUTES, **TASKS, **WRITING,
}  # fmt: skip


def message(key: str, language: str | None, **values: Any) -> str:
    """The text of `key` in `language` ("es..." is Spanish, everything else English), placeholders filled.

    Raises KeyError for a key that is not in the catalogue and for a placeholder without a value. The values are
    never read as templates, so text of people and documents may go in.
    """
    return CATALOGUE[key][LANGUAGES.index(speech(language))].format(**values)


def counted(key: str, number: int, language: str | None, **values: Any) -> str:
    """The singular or plural text of `key`; `{number}` is filled in."""
    return message(f"{key}_one" if number == 1 else f"{key}_many", language, number=number, **values)


def speech(language: str | None) -> Language:
    """The catalogue's language for a tag such as "es-MX" or "en_GB"; English when it is none of ours."""
    return "es" if (language or "").lower().replace("_", "-").split("-")[0] == "es" else "en"


def preferred(accept_language: str | None, default: Language = "en") -> Language:
    """The first of our languages in an Accept-Language header (RFC 9110, 12.5.4), or `default`."""
    ranked: list[tuple[float, int, str]] = []
    for position, part in enumerate((accept_language or "").split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            ranked.append((-float(quality or 1), position, tag.lower().split("-")[0]))
        except ValueError:
            continue
    return next((speech(tag) for _, _, tag in sorted(ranked) if tag in LANGUAGES), default)
