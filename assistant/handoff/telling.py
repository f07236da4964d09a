"""A hand-off in words, for the colleague."""

from assistant.handoff.record import Exchange, Handoff
from assistant.messages import message


def told(handoff: Handoff, language: str) -> str:
    """The summary and what was written since, as plain text."""
    summary = handoff.summary
    lines = [message("handoff_request", language, text=summary.request)]
    if summary.earlier:
        lines.append(message("handoff_earlier", language, number=summary.earlier))
    for exchange in summary.exchanges:
        lines += ["", *_exchange(exchange, language)]
    if summary.open:
        lines += ["", message("handoff_open", language), *(f"- {each}" for each in summary.open)]
    if handoff.messages:
        lines += ["", message("handoff_messages", language)]
        lines += [f"- {each.at:%Y-%m-%d %H:%M}Z {each.text}" for each in handoff.messages]
    return "\n".join(lines)


def _exchange(exchange: Exchange, language: str) -> list[str]:
    lines = [message("handoff_asked", language, text=exchange.asked)]
    if exchange.answered:
        lines.append(message("handoff_answered", language, text=exchange.answered))
    else:
        lines.append(message("handoff_unanswered", language))
    return [
        *lines,
        *(f"  {message('handoff_quote', language, document=q.document, quote=q.quote)}" for q in exchange.quotes),
    ]
