"""Interaction events of Google Chat in our words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from connectors.event import Attachment, Event, Message, Person, Place, Verdict

FEEDBACK = "pilares_feedback"
_VERDICTS: dict[str, Literal["up", "down"]] = {"up": "up", "down": "down"}


def event_of(event: Mapping[str, Any]) -> Event | None:
    """What an interaction says to the app; None when it says nothing."""
    match event["type"]:
        case "MESSAGE" | "ADDED_TO_SPACE" if event.get("message"):
            return _message(event)
        case "CARD_CLICKED":
            return _pressed(event)
        case _:
            return None


def place_of(space: Mapping[str, Any], thread: str) -> Place:
    """A space with the thread in it; a direct talk is one conversation."""
    kind = str(space.get("spaceType") or space.get("type"))
    direct = kind in ("DM", "DIRECT_MESSAGE")
    return Place(str(space["name"]), "" if direct else thread.rpartition("/")[2], direct)


def _message(event: Mapping[str, Any]) -> Message:
    message, space = event["message"], event.get("space") or event["message"]["space"]
    place = place_of(space, str((message.get("thread") or {}).get("name", "")))
    named = [each["userMention"]["user"] for each in message.get("annotations") or () if "userMention" in each]
    to_me = place.direct or "slashCommand" in message or any(user.get("type") == "BOT" for user in named)
    written = message.get("argumentText") if to_me else message.get("text")
    return Message(
        str(message["name"]),
        place,
        _person(message["sender"]),
        str(written or message.get("text") or "").strip(),
        str(message["name"]),
        to_me=to_me,
        to_others=not to_me and bool(named),
        position=_moment(str(message.get("createTime") or event.get("eventTime") or "")),
        attachments=tuple(_attachment(each) for each in message.get("attachment") or ()),
    )


def _pressed(event: Mapping[str, Any]) -> Verdict | None:
    action, common = event.get("action") or {}, event.get("common") or {}
    name = action.get("actionMethodName") or common.get("invokedFunction")
    given = {each["key"]: each["value"] for each in action.get("parameters") or ()} | (common.get("parameters") or {})
    verdict = _VERDICTS.get(str(given.get("verdict")))
    if name != FEEDBACK or verdict is None:
        return None
    message, person = event["message"], _person(event["user"])
    place = place_of(event["space"], str((message.get("thread") or {}).get("name", "")))
    return Verdict(f"b:{person.id}:{message['name']}:{event['eventTime']}", place, person, message["name"], verdict)


def _person(user: Mapping[str, Any]) -> Person:
    name = str(user["name"])
    return Person(name, str(user.get("displayName") or ""), user.get("type") == "BOT", name == "users/app")


def _moment(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp() if stamp else 0.0


def _attachment(attachment: Mapping[str, Any]) -> Attachment:
    name, kind = str(attachment.get("contentName") or "file"), str(attachment.get("contentType") or "")
    return Attachment(str(attachment.get("name") or ""), name, kind)
