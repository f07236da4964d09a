"""Who is behind a Gradio event, what language to speak to them in, and what the event brings."""

import gradio as gr

from assistant.messages import LANGUAGES, Language, preferred, speech
from assistant.security.person import Person

LANGUAGE_COOKIE = "pilares_language"


def visitor(request: gr.Request) -> Person:
    """The person that `assistant.api.identity` found for the request."""
    person: Person = request.request.scope["pilares_person"]
    return person


def wanted_language(request: gr.Request, default: Language | None) -> Language:
    """The language chosen in this browser, else the installation's, else the browser's own."""
    chosen = request.request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return speech(chosen)
    return default or preferred(request.request.headers.get("accept-language"))


def word(event: gr.EventData, name: str) -> str:
    """A text that came with an event of the page; whatever is no text counts as empty."""
    data = event._data if isinstance(event._data, dict) else {}
    value = data.get(name)
    return value if isinstance(value, str) else ""


def number(event: gr.EventData, name: str) -> int | None:
    """A whole number that came with an event, written as text."""
    value = word(event, name)
    return int(value) if value.isdecimal() and len(value) < 12 else None
