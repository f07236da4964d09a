"""What Mattermost says in our words: posts, as they come over the socket and as they are read later, and reactions."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from connectors.event import Attachment, Event, Message, Person, Place, Verdict

_NAME = re.compile(r"(?<![\w.@-])@([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)
_EVERYBODY = {"all", "channel", "here"}
_WRITTEN = {"", "slack_attachment"}
"""Types of posts that somebody wrote; others say who joined, or what the channel is called now."""
_TONE = re.compile(r"_(?:light|medium_light|medium|medium_dark|dark)_skin_tone$")
_THUMBS: dict[str, Literal["up", "down"]] = {"+1": "up", "thumbsup": "up", "-1": "down", "thumbsdown": "down"}
DIRECT = "D"
OURS = "pilares"
"""The property of posts that come from here: the server tells us of those as well."""


class Me:
    """The bot's own account."""

    def __init__(self, account: Mapping[str, Any]) -> None:
        self.id = str(account["id"])
        self.name = str(account["username"]).lower()


def posted(data: Mapping[str, Any], me: Me) -> Message | None:
    """The post of a `posted` event. Raises ValueError and KeyError for what is none."""
    return message_of(json.loads(data["post"]), str(data.get("channel_type", "")), me, str(data.get("sender_name", "")))


def message_of(post: Mapping[str, Any], kind: str, me: Me, name: str = "") -> Message | None:
    """A post in a channel of this kind; None for one that nobody wrote, that is deleted, or that we posted."""
    written, person, props = str(post.get("message", "")), str(post["user_id"]), post.get("props") or {}
    if post.get("type", "") not in _WRITTEN or post.get("delete_at") or (person == me.id and OURS in props):
        return None
    named = {_plain(found) for found in _NAME.findall(written)} - _EVERYBODY
    to_me = kind == DIRECT or me.name in named
    files = (post.get("metadata") or {}).get("files") or ()
    return Message(
        str(post["id"]),
        place_of(post, kind),
        Person(person, name.removeprefix("@"), is_bot=_by_program(props), is_me=person == me.id),
        _NAME.sub(lambda found: _without(found, me.name), written).strip(),
        str(post["id"]),
        to_me=to_me,
        to_others=not to_me and bool(named),
        position=float(post["create_at"]),
        attachments=tuple(_attachment(each) for each in files),
    )


def since_then(post: Mapping[str, Any], kind: str, since: int, me: Me) -> Iterator[Event]:
    """What a post that is read later says: itself, or the thumbs under it; of both what is not older than `since`."""
    message = message_of(post, kind, me) if post["create_at"] >= since else None
    if message is not None:
        yield message
    for reaction in (post.get("metadata") or {}).get("reactions") or () if post["user_id"] == me.id else ():
        verdict = thumb_of(reaction)
        if verdict is not None and reaction["user_id"] != me.id and reaction["create_at"] >= since:
            yield verdict_of(reaction, verdict, place_of(post, kind))


def place_of(post: Mapping[str, Any], kind: str) -> Place:
    """Where a post stands: in a channel each that is in no thread begins one."""
    direct = kind == DIRECT
    root = str(post.get("root_id") or "")
    return Place(str(post["channel_id"]), root or ("" if direct else str(post["id"])), direct)


def thumb_of(reaction: Mapping[str, Any]) -> Literal["up", "down"] | None:
    """What a reaction says of a post, whatever the colour of the hand."""
    return _THUMBS.get(_TONE.sub("", str(reaction.get("emoji_name", ""))))


def verdict_of(reaction: Mapping[str, Any], verdict: Literal["up", "down"], place: Place) -> Verdict:
    """A thumb under a post of ours."""
    user, post = str(reaction["user_id"]), str(reaction["post_id"])
    event_id = f"r:{user}:{post}:{verdict}:{reaction.get('create_at', 0)}"
    return Verdict(event_id, place, Person(user), post, verdict)


def _plain(name: str) -> str:
    """A name without the full stop of the sentence."""
    return name.lower().rstrip("._-")


def _without(found: "re.Match[str]", me: str) -> str:
    name = found.group(1)
    return name[len(me) :] if _plain(name) == me else found.group()


def _by_program(props: Mapping[str, Any]) -> bool:
    return any(str(props.get(key, "")).lower() == "true" for key in ("from_bot", "from_webhook"))


def _attachment(file: Mapping[str, Any]) -> Attachment:
    return Attachment(
        str(file.get("id", "")), str(file.get("name", "file")), str(file.get("mime_type", "")),
        int(file.get("size") or 0),
    )  # fmt: skip
