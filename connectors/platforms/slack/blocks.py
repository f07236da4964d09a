"""A message in Slack's blocks."""

from typing import Any

from connectors.adapter import Post
from connectors.messages import text
from connectors.platforms.slack.reading import FEEDBACK

MOST_IN_SECTION = 3000


def content(post: Post) -> dict[str, Any]:
    """The text as a section, the thumbs under it, and the words for notifications.

    The words are escaped as well: in `text` alone an unescaped `<!channel>` would call everybody.
    """
    kind = "mrkdwn" if post.marked else "plain_text"
    blocks: list[dict[str, Any]] = [{"type": "section", "text": {"type": kind, "text": post.text[:MOST_IN_SECTION]}}]
    if post.marked:
        blocks[0]["text"]["verbatim"] = True
    if post.judged and not post.only_for:
        blocks.append(_thumbs(post.language))
    return {"text": _escaped(post.plain)[:MOST_IN_SECTION], "blocks": blocks}


def _thumbs(language: str) -> dict[str, Any]:
    def button(verdict: str) -> dict[str, Any]:
        return {"text": {"type": "plain_text", "text": text(verdict, language)}, "value": verdict}

    element = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": button("up"),
        "negative_button": button("down"),
    }
    return {"type": "context_actions", "elements": [element]}


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
