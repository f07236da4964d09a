"""Which model answered, why, and how long it took."""

from html import escape

from assistant.messages import CATALOGUE, counted, message, speech
from assistant.turn.answer import Answer, Route
from assistant.ui.controls import attributes


def chip(answer: Answer, language: str) -> str:
    """For example "Small model · clear evidence · 1.2 s · searched 7 documents"; the model's name is its tooltip."""
    parts = [*route_words(answer.route, language), seconds(answer.timings.total_ms, language)]
    if answer.searched:
        parts.append(counted("searched", answer.searched, language))
    words = '<span class="pl-dot">·</span>'.join(f"<span>{escape(part)}</span>" for part in parts)
    given = attributes(class_="pl-chip", data_tier=answer.route.tier, title=answer.route.model)
    return f"<span{given}>{words}</span>"


def route_words(route: Route, language: str) -> list[str]:
    """The model's size and the reason, as people read them. A reason that is no key is shown as it is."""
    words = [message(f"tier_{route.tier}", language), reason_words(route.reason, language)]
    if route.escalated and route.reason != "escalated":
        words.append(message("escalated", language))
    return [word for word in words if word]


def reason_words(reason: str, language: str) -> str:
    """The text of a reason key."""
    return message(reason, language) if reason in CATALOGUE else reason.replace("_", " ")


def seconds(milliseconds: float, language: str) -> str:
    """A duration with one decimal, written as the language does."""
    written = f"{milliseconds / 1000:.1f}" if milliseconds < 100_000 else f"{milliseconds / 1000:.0f}"
    return message("seconds", language, seconds=written.replace(".", ",") if speech(language) == "es" else written)
