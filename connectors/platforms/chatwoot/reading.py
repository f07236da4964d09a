"""What Chatwoot tells an agent bot, in our words. Every conversation is a talk with one contact."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from connectors.event import Attachment, Event, Message, Person, Place, Verdict

_VERDICTS: dict[str, Literal["up", "down"]] = {"up": "up", "down": "down"}
PENDING = "pending"
"""A conversation that the bot has; every other state is a person's, or nobody's."""


def event_of(event: Mapping[str, Any], account: int) -> Event | None:
    """What an event says to the bot; None when it says nothing. Raises ValueError for another account's."""
    if int(event["account"]["id"]) != account:
        raise ValueError("another account")
    match event["event"]:
        case "message_created" if event["message_type"] in ("incoming", 0) and not event.get("private"):
            return _message(event)
        case "message_updated":
            return _judged(event)
        case _:
            return None


def _message(event: Mapping[str, Any]) -> Message:
    conversation = event["conversation"]
    return Message(
        f"{conversation['id']}:{event['id']}",
        Place(str(conversation["id"]), direct=True),
        _person(event["sender"], conversation),
        str(event.get("content") or "").strip(),
        str(event["id"]),
        to_me=True,
        position=_moment(event.get("created_at"), int(event["id"])),
        attachments=tuple(_attachment(each) for each in event.get("attachments") or ()),
        with_person=conversation.get("status", PENDING) != PENDING,
    )


def _judged(event: Mapping[str, Any]) -> Verdict | None:
    """What a contact chose under an answer."""
    chosen = (event.get("content_attributes") or {}).get("submitted_values") or ()
    verdict = next((each for value in chosen if (each := _VERDICTS.get(str(value.get("value"))))), None)
    if verdict is None:
        return None
    conversation = event["conversation"]
    person = _person(conversation["meta"]["sender"], conversation)
    place = Place(str(conversation["id"]), direct=True)
    return Verdict(f"b:{conversation['id']}:{event['id']}:{verdict}", place, person, str(event["id"]), verdict)


def _person(sender: Mapping[str, Any], conversation: Mapping[str, Any]) -> Person:
    """A contact; by the identifier of your site only where the site has proved it (HMAC)."""
    proved = bool((conversation.get("contact_inbox") or {}).get("hmac_verified"))
    identifier = sender.get("identifier")
    name = f"user:{identifier}" if proved and identifier else f"contact:{sender['id']}"
    is_bot = str(sender.get("type", "contact")) != "contact"
    return Person(name, str(sender.get("name") or ""), is_bot)


def _moment(created: Any, number: int) -> float:
    """Seconds; messages of one second are ordered by their numbers."""
    if isinstance(created, str):
        created = datetime.fromisoformat(created).timestamp()
    return float(int(created or 0)) + (number % 100_000) / 1_000_000


def _attachment(attachment: Mapping[str, Any]) -> Attachment:
    address = str(attachment.get("data_url") or "")
    size = int(attachment.get("file_size") or 0)
    return Attachment(address, address.rpartition("/")[2] or "file", str(attachment.get("file_type") or ""), size)
