"""Activities of the Bot Connector in our words."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Any, Literal

from connectors.event import Attachment, Event, Message, Person, Place, Verdict

_AT = re.compile(r"<at[^>]*>(.*?)</at>", re.DOTALL)
_FEEDBACK: dict[str, Literal["up", "down"]] = {"like": "up", "dislike": "down"}
FILE = "application/vnd.microsoft.teams.file.download.info"
LONGEST_REASON = 1000


def event_of(activity: Mapping[str, Any], me: str) -> Event | None:
    """What an activity says to the bot of this app id; None when it says nothing."""
    match activity.get("type"):
        case "message":
            return _message(activity, me)
        case "invoke" if activity.get("name") == "message/submitAction":
            return _judged(activity, me)
        case "messageReaction":
            return _reacted(activity, me)
        case _:
            return None


def place_of(conversation: Mapping[str, Any]) -> Place:
    """A conversation; a channel's id has the message behind it that began the thread."""
    channel, _, thread = str(conversation["id"]).partition(";messageid=")
    direct = conversation.get("conversationType", "channel") == "personal"
    return Place(channel, thread, direct)


def conversation_of(place: Place) -> str:
    """The id by which Teams knows a place."""
    return f"{place.channel};messageid={place.thread}" if place.thread else place.channel


def tenant_of(activity: Mapping[str, Any]) -> str:
    """Whose tenant an activity comes from; empty when it does not say so."""
    tenant = (activity.get("channelData") or {}).get("tenant") or {}
    return str(tenant.get("id") or (activity.get("conversation") or {}).get("tenantId") or "")


def _message(activity: Mapping[str, Any], me: str) -> Message:
    conversation, written = activity["conversation"], str(activity.get("text") or "")
    named = [str(each["mentioned"]["id"]) for each in activity.get("entities") or () if each.get("type") == "mention"]
    mine = str(activity["recipient"]["id"])
    place = place_of(conversation)
    return Message(
        f"{conversation['id']}:{activity['id']}",
        place,
        _person(activity["from"], me),
        _plain(written, activity),
        str(activity["id"]),
        to_me=mine in named or place.direct,
        to_others=mine not in named and bool(named),
        position=_moment(activity),
        attachments=tuple(
            _attachment(each) for each in activity.get("attachments") or () if each["contentType"] == FILE
        ),
    )


def _judged(activity: Mapping[str, Any], me: str) -> Verdict | None:
    value = activity.get("value") or {}
    action = value.get("actionValue") or {}
    verdict = _FEEDBACK.get(str(action.get("reaction")))
    if value.get("actionName") != "feedback" or verdict is None:
        return None
    return Verdict(
        f"f:{activity['id']}",
        place_of(activity["conversation"]),
        _person(activity["from"], me),
        str(activity["replyToId"]),
        verdict,
        _reason(action.get("feedback")),
    )


def _reacted(activity: Mapping[str, Any], me: str) -> Verdict | None:
    """A thumb up as a reaction; Teams has none that is down."""
    if not any(each.get("type") == "like" for each in activity.get("reactionsAdded") or ()):
        return None
    person, message = _person(activity["from"], me), str(activity["replyToId"])
    place = place_of(activity["conversation"])
    return Verdict(f"r:{person.id}:{place.conversation}:{message}", place, person, message, "up")


def _person(account: Mapping[str, Any], me: str) -> Person:
    """`aadObjectId` is the id that an operator finds in Entra."""
    own = str(account["id"])
    is_me = own == f"28:{me}"
    is_bot = is_me or own.startswith("28:") or account.get("role") == "bot"
    return Person(str(account.get("aadObjectId") or own), str(account.get("name") or ""), is_bot, is_me)


def _plain(written: str, activity: Mapping[str, Any]) -> str:
    """The text as a person would write it; the bot's name is left out, and of others only the name stays."""
    mine = str(activity["recipient"].get("name") or "").strip().lower()
    text = _AT.sub(lambda found: "" if found.group(1).strip().lower() == mine else f"@{found.group(1)}", written)
    return unescape(text).replace("\r\n", "\n").replace("\xa0", " ").strip()


def _moment(activity: Mapping[str, Any]) -> float:
    stamp = str(activity.get("timestamp") or "")
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", stamp)).timestamp() if stamp else 0.0


def _attachment(attachment: Mapping[str, Any]) -> Attachment:
    content = attachment.get("content") or {}
    return Attachment(str(content.get("downloadUrl") or ""), str(attachment.get("name") or "file"))


def _reason(feedback: Any) -> str:
    """What was written beside a thumb: JSON in JSON."""
    try:
        found = json.loads(feedback) if isinstance(feedback, str) else feedback
    except ValueError:
        return ""
    return str(found.get("feedbackText") or "")[:LONGEST_REASON] if isinstance(found, dict) else ""
