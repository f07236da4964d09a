"""What Slack sends in our words. A message in a channel comes as two events when it names the bot: it is one here."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from connectors.core.commands import called
from connectors.event import Attachment, Event, Message, Person, Place, Verdict
from connectors.platforms.slack.why import FORM, written

_SUBTYPES = {None, "file_share", "thread_broadcast", "bot_message"}
_THUMBS: dict[str, Literal["up", "down"]] = {"+1": "up", "thumbsup": "up", "-1": "down", "thumbsdown": "down"}
_VERDICTS: dict[str, Literal["up", "down"]] = {"up": "up", "down": "down"}
_MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#\w+(?:\|([^>]*))?>")
FEEDBACK = "pilares_feedback"


def event_of(kind: str, payload: Mapping[str, Any], me: str) -> Event | None:
    """What an envelope of this kind says to the bot, whose user id is `me`; None when it says nothing."""
    if kind == "events_api":
        event = payload.get("event", {})
        if event.get("type") in ("message", "app_mention") and event.get("subtype") in _SUBTYPES:
            return _message(event, me)
        if event.get("type") == "reaction_added":
            return _reacted(event, me)
    if kind == "interactive" and payload.get("type") == "block_actions":
        return _pressed(payload, me)
    if kind == "interactive" and payload.get("type") == "view_submission":
        return written(payload, me) if payload["view"].get("callback_id") == FORM else None
    if kind == "slash_commands":
        return _commanded(payload)
    return None


def _message(event: Mapping[str, Any], me: str) -> Message:
    written, ts = str(event.get("text", "")), str(event["ts"])
    named = _MENTION.findall(written)
    direct = event.get("channel_type") == "im" or str(event["channel"]).startswith("D")
    user = str(event.get("user") or event.get("bot_id") or "")
    thread = str(event.get("thread_ts") or ("" if direct else ts))
    return Message(
        f"{event['channel']}:{ts}",
        Place(str(event["channel"]), thread, direct),
        Person(user, is_bot=bool(event.get("bot_id")), is_me=user == me),
        _plain(written, me),
        ts,
        to_me=me in named or direct,
        to_others=me not in named and bool(named),
        position=float(ts),
        attachments=tuple(_attachment(each) for each in event.get("files", ())),
    )


def _reacted(event: Mapping[str, Any], me: str) -> Verdict | None:
    item, verdict = event.get("item", {}), _THUMBS.get(str(event.get("reaction", "")).split("::")[0])
    if verdict is None or item.get("type") != "message":
        return None
    channel, user = str(item["channel"]), str(event["user"])
    place = Place(channel, "", channel.startswith("D"))
    return Verdict(
        f"r:{user}:{channel}:{item['ts']}:{verdict}", place, Person(user, is_me=user == me), item["ts"], verdict
    )


def _pressed(payload: Mapping[str, Any], me: str) -> Verdict | None:
    action = next((each for each in payload.get("actions", ()) if each.get("action_id") == FEEDBACK), None)
    verdict = _VERDICTS.get(str(action.get("value"))) if action else None
    if action is None or verdict is None:
        return None
    channel, user, container = str(payload["channel"]["id"]), str(payload["user"]["id"]), payload["container"]
    direct = channel.startswith("D")
    ts = str(container["message_ts"])
    thread = str(container.get("thread_ts") or payload.get("message", {}).get("thread_ts") or ("" if direct else ts))
    event_id = f"b:{user}:{channel}:{ts}:{action['action_ts']}"
    return Verdict(event_id, Place(channel, thread, direct), Person(user, is_me=user == me), ts, verdict)


def _commanded(payload: Mapping[str, Any]) -> Message:
    """`/pilares help` is the command, `/pilares when do you open?` a question."""
    channel, words = str(payload["channel_id"]), str(payload.get("text", "")).strip()
    order = f"/{words or 'help'}"
    return Message(
        f"s:{payload['trigger_id']}",
        Place(channel, "", channel.startswith("D")),
        Person(str(payload["user_id"]), str(payload.get("user_name", ""))),
        order if called(order) else words,
        to_me=True,
    )


def _plain(text: str, me: str) -> str:
    """Slack's own marks and escapes as a person would write them; the bot's name is left out."""
    text = _MENTION.sub(lambda found: "" if found.group(1) == me else f"@{found.group(1)}", text)
    text = _LINK.sub(lambda found: found.group(2) or found.group(1).removeprefix("mailto:"), text)
    text = _CHANNEL.sub(lambda found: f"#{found.group(1) or 'channel'}", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _attachment(file: Mapping[str, Any]) -> Attachment:
    return Attachment(
        str(file.get("id", "")),
        str(file.get("name", "file")),
        str(file.get("mimetype", "")),
        int(file.get("size") or 0),
    )
