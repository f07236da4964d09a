"""Matrix's events in our words, from their JSON: what others put into it is anything at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connectors.event import Attachment, Message, Person, Place, Verdict

OURS = "pilares.own"
"""In the content of messages that come from here: the server gives us those as well."""
_WORDS = {"m.text", "m.notice", "m.emote"}
_FILES = {"m.file", "m.image", "m.video", "m.audio"}
_THUMBS: dict[str, Literal["up", "down"]] = {"👍": "up", "👎": "down"}
_TONE = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_FALLBACK = re.compile(r"\A(?:> ?[^\n]*\n)+\n?")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room; `direct` is a talk with one person."""

    id: str
    direct: bool


def message_of(event: Mapping[str, Any], room: Room, me: Me) -> Message | None:
    """A message; None for one without words or a file, one that replaces another, and one of ours.

    Raises KeyError, TypeError, ValueError and AttributeError for what is no event.
    """
    content, sender = event["content"], str(event["sender"])
    relates = content.get("m.relates_to") or {}
    if relates.get("rel_type") == "m.replace" or (sender == me.id and OURS in content):
        return None
    kind = content.get("msgtype")
    if kind not in _WORDS | _FILES:
        return None
    text, attachments = _content(content, kind)
    if "m.in_reply_to" in relates:
        text = _FALLBACK.sub("", text)
    users = set((content.get("m.mentions") or {}).get("user_ids") or ())
    to_me = room.direct or me.id in users or me.id in text
    return Message(
        str(event["event_id"]),
        place_of(event, room),
        Person(sender, is_bot=kind == "m.notice", is_me=sender == me.id),
        _without_name(text, me, named=me.id in users),
        str(event["event_id"]),
        to_me=to_me,
        to_others=not to_me and bool(users),
        position=float(event["origin_server_ts"]),
        attachments=attachments,
    )


def place_of(event: Mapping[str, Any], room: Room) -> Place:
    """Where a message stands: in a room of several people each that is in no thread begins one."""
    relates = event["content"].get("m.relates_to") or {}
    root = str(relates["event_id"]) if relates.get("rel_type") == "m.thread" else ""
    return Place(room.id, root or ("" if room.direct else str(event["event_id"])), room.direct)


def thumb_of(event: Mapping[str, Any]) -> tuple[Literal["up", "down"], str] | None:
    """The thumb that a reaction is, and the message it stands under; None for another sign."""
    relates = event["content"].get("m.relates_to") or {}
    verdict = _THUMBS.get(_TONE.sub("", str(relates.get("key", ""))))
    if verdict is None or relates.get("rel_type") != "m.annotation":
        return None
    return verdict, str(relates["event_id"])


def verdict_of(event: Mapping[str, Any], verdict: Literal["up", "down"], message_id: str, place: Place) -> Verdict:
    """A thumb under a message of ours."""
    return Verdict(str(event["event_id"]), place, Person(str(event["sender"])), message_id, verdict)


def _content(content: Mapping[str, Any], kind: str) -> tuple[str, tuple[Attachment, ...]]:
    """The words and the file; of a file `body` are words only beside a `filename`."""
    body = str(content.get("body", ""))
    if kind in _WORDS:
        return body, ()
    name, info = str(content.get("filename") or body), content.get("info") or {}
    file = content.get("file") or {}
    size = info.get("size")
    attachment = Attachment(
        str(content.get("url") or file.get("url") or ""), name or "file", str(info.get("mimetype", "")),
        size if isinstance(size, int) else 0,
    )  # fmt: skip
    return body if name != body else "", (attachment,)


def _without_name(text: str, me: Me, *, named: bool) -> str:
    """Without the name that clients put before what is said to somebody; a sentence may begin with it as well."""
    after = r"\s*[:,]?" if named else r"\s*[:,]"
    name = rf"|{re.escape(me.name)}(?!\w){after}" if me.name else ""
    text = re.sub(rf"\A\s*(?:{re.escape(me.id)}\s*[:,]?{name})", "", text, flags=re.IGNORECASE)
    return text.replace(me.id, "").strip()
