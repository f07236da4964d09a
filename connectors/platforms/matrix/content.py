"""What is sent to Matrix: messages, what replaces them, and reactions."""

from typing import Any

from connectors.adapter import Post
from connectors.platforms.matrix.reading import OURS

HTML = "org.matrix.custom.html"


def message(post: Post) -> dict[str, Any]:
    """The content of a message, which names nobody: an empty `m.mentions` keeps words from notifying people."""
    content: dict[str, Any] = {**_text(post), OURS: True}
    if post.place.thread:
        content["m.relates_to"] = {
            "rel_type": "m.thread", "event_id": post.place.thread, "is_falling_back": True,
            "m.in_reply_to": {"event_id": post.reply_to or post.place.thread},
        }  # fmt: skip
    elif post.reply_to:
        content["m.relates_to"] = {"m.in_reply_to": {"event_id": post.reply_to}}
    return content


def edited(message_id: str, post: Post) -> dict[str, Any]:
    """The content of an event that replaces a message; clients that know no replacements show it with a star."""
    new = _text(post)
    starred = {key: f"* {value}" if key in ("body", "formatted_body") else value for key, value in new.items()}
    return {
        **starred, "m.new_content": {**new, OURS: True}, OURS: True,
        "m.relates_to": {"rel_type": "m.replace", "event_id": message_id},
    }  # fmt: skip


def reaction(message_id: str, sign: str) -> dict[str, Any]:
    """The content of a reaction."""
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": message_id, "key": sign}}


def _text(post: Post) -> dict[str, Any]:
    content: dict[str, Any] = {"msgtype": "m.text", "body": post.plain, "m.mentions": {}}
    return {**content, "format": HTML, "formatted_body": post.text} if post.marked else content
