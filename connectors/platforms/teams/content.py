"""A message as Teams takes it: Markdown, the label that a model wrote it, its sources as citations, the thumbs."""

from typing import TYPE_CHECKING

from connectors.adapter import Post

if TYPE_CHECKING:
    from microsoft_teams.api.activities.message.message import MessageActivityInput

LONGEST_NAME = 80
LONGEST_ABSTRACT = 160


def content(post: Post) -> "MessageActivityInput":
    """The activity of a message."""
    from microsoft_teams.api.activities.message.message import MessageActivityInput
    from microsoft_teams.api.models.entity import CitationAppearance

    activity = MessageActivityInput(text=post.text, text_format="markdown" if post.marked else "plain")
    if post.generated:
        activity.add_ai_generated()
    for number, source in sorted({each.number: each for each in post.sources}.items()):
        if f"[{number}]" in post.plain:
            name = _cut(source.title, LONGEST_NAME) or f"[{number}]"
            quote = _cut(source.quote, LONGEST_ABSTRACT) or name
            activity.add_citation(number, CitationAppearance(name=name, abstract=quote))
    if post.judged:
        activity.add_feedback("default")
    return activity


def _cut(words: str, most: int) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
