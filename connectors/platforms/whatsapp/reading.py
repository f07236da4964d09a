"""What WhatsApp delivers in our words. A delivery may hold several messages, of which the library reads one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connectors.event import Attachment, Event, Message, Person, Place, Verdict

_THUMBS: dict[str, Literal["up", "down"]] = {"👍": "up", "👎": "down"}
_TONE = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_FILES = ("document", "image", "video", "audio")


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message of ours that WhatsApp took and did not deliver, and why."""

    message_id: str
    code: int
    title: str


def changes(update: Mapping[str, Any], number_id: str) -> Iterator[Mapping[str, Any]]:
    """What is new about the number with this id. Raises KeyError and TypeError for what is no update."""
    for entry in update["entry"]:
        for change in entry["changes"]:
            value = change["value"]
            if change["field"] == "messages" and str(value["metadata"]["phone_number_id"]) == number_id:
                yield value


def events_of(value: Mapping[str, Any]) -> Iterator[Event]:
    """The messages and thumbs in what is new."""
    me = _digits(value["metadata"].get("display_phone_number", ""))
    names = {each.get("wa_id") or each.get("user_id"): _name(each) for each in value.get("contacts", ())}
    for message in value.get("messages", ()):
        event = _event(message, me, names, value.get("contacts", ()))
        if event is not None:
            yield event


def undelivered(value: Mapping[str, Any]) -> Iterator[Undelivered]:
    """What did not arrive."""
    for status in value.get("statuses", ()):
        if status.get("status") == "failed":
            error: Mapping[str, Any] = next(iter(status.get("errors") or ()), {})
            yield Undelivered(str(status["id"]), int(error.get("code", 0)), str(error.get("title", ""))[:200])


def _event(message: Mapping[str, Any], me: str, names: Mapping[Any, str], contacts: Any) -> Event | None:
    # Who hides the number has an identity of the business's own (BSUID) in its place.
    sender = str(message.get("from") or message.get("from_user_id") or contacts[0]["user_id"])
    person = Person(sender, names.get(sender, ""), is_me=sender == me)
    group = str(message.get("group_id") or "")
    place = Place(group or sender, "", direct=not group)
    if message["type"] == "reaction":
        return _reacted(message, place, person)
    text, attachments = _content(message)
    if not text and not attachments:
        return None
    answers = _digits((message.get("context") or {}).get("from", ""))
    to_me = not group or f"@{me}" in text or answers == me
    return Message(
        str(message["id"]),
        place,
        person,
        text.replace(f"@{me}", "").strip() if me else text.strip(),
        str(message["id"]),
        to_me=to_me,
        to_others=not to_me and (bool(re.search(r"@\d{6,}", text)) or bool(answers)),
        position=float(message["timestamp"]),
        attachments=attachments,
    )


def _reacted(message: Mapping[str, Any], place: Place, person: Person) -> Verdict | None:
    """A thumb; a reaction that was taken back has no sign."""
    reaction = message["reaction"]
    verdict = _THUMBS.get(_TONE.sub("", str(reaction.get("emoji", ""))))
    if verdict is None:
        return None
    return Verdict(str(message["id"]), place, person, str(reaction["message_id"]), verdict)


def _content(message: Mapping[str, Any]) -> tuple[str, tuple[Attachment, ...]]:
    """The words of a message and its file; neither for a kind of message that has none (a place, a sticker)."""
    kind = message["type"]
    body = message.get(kind) or {}
    if kind == "text":
        return str(body["body"]), ()
    if kind == "button":
        return str(body["text"]), ()
    if kind == "interactive":
        return str((body.get("button_reply") or body.get("list_reply") or {}).get("title", "")), ()
    if kind in _FILES:
        file = Attachment(str(body["id"]), str(body.get("filename", kind)), str(body.get("mime_type", "")))
        return str(body.get("caption", "")), (file,)
    return "", ()


def _name(contact: Mapping[str, Any]) -> str:
    return str((contact.get("profile") or {}).get("name", ""))


def _digits(number: Any) -> str:
    return re.sub(r"\D", "", str(number))
