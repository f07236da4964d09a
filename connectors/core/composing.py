"""An answer as the messages it takes on a platform."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.adapter import Card, Post
from connectors.answering import Answered, Source
from connectors.event import Place
from connectors.markdown.parse import parse
from connectors.markdown.plain import PlainText
from connectors.markdown.split import split
from connectors.markdown.tree import Blocks, Item, Items, Paragraph, Run, Style
from connectors.messages import LANGUAGES, text
from connectors.store.outbox import Letter

LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where messages go: the place, what they reply to, who alone sees them, and the key that makes them unique."""

    place: Place
    key: str
    reply_to: str = ""
    only_for: str = ""
    language: str = "en"


def answer_letters(answer: Answered, to: Envelope, card: Card, preview: str = "") -> list[Letter]:
    """The answer with its sources, in order, all in its own language. The first replaces the `preview`; the last has
    the thumbs.
    """
    to = replace(to, language=answer.language) if answer.language in LANGUAGES else to
    blocks = (*parse(answer.text), *_sources(answer.sources, to.language))
    letters = _letters(blocks, to, card, preview, answer.answer)
    last = letters[-1]
    judged = replace(last.post, judged=bool(answer.answer), sources=answer.sources)
    return [*letters[:-1], Letter(judged, last.edits, last.answer)]


def handing_over(letters: list[Letter]) -> list[Letter]:
    """The same, and with the last the conversation is given to the platform's own people, where it has any."""
    last = letters[-1]
    return [*letters[:-1], replace(last, post=replace(last.post, hands_over=True))]


def notice_letters(markdown: str, to: Envelope, card: Card, preview: str = "") -> list[Letter]:
    """Words of our own, in order."""
    return _letters(parse(markdown), to, card, preview, "")


def _letters(blocks: Blocks, to: Envelope, card: Card, preview: str, answer: str) -> list[Letter]:
    parts = split(blocks, card.dialect) or [(Paragraph((Run("…"),)),)]
    return [
        Letter(
            Post(
                to.place,
                card.dialect.render(part),
                PlainText().render(part),
                key=f"{to.key}.{number}",
                reply_to=to.reply_to if number == 0 else "",
                only_for=to.only_for,
                language=to.language,
                generated=bool(answer),
            ),
            preview if number == 0 else "",
            answer,
        )
        for number, part in enumerate(parts)
    ]


def _sources(sources: Sequence[Source], language: str) -> Blocks:
    """The documents behind the answer, each once, by the number that stands in the text."""
    if not sources:
        return ()
    items = []
    for number, source in sorted({source.number: source for source in sources}.items()):
        page = f", {text('page', language, page=source.page)}" if source.page is not None else ""
        title = " ".join(source.title.split())[:LONGEST_TITLE]
        items.append(Item((Paragraph((Run(f"[{number}] {title}{page}"),)),)))
    heading = Paragraph((Run(text("sources", language), Style(strong=True)),))
    return (heading, Items(tuple(items)))
