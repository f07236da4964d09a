"""Telegram's updates in our words."""

from typing import TYPE_CHECKING, Literal

from connectors.event import Attachment, Event, Message, Person, Place, Verdict
from connectors.messages import REASONS

if TYPE_CHECKING:
    import telegram

WANTED = ("message", "callback_query", "message_reaction")
"""The kinds of updates that are asked for; reactions come from private chats and from groups the bot administers."""
_THUMBS: dict[str, Literal["up", "down"]] = {"👍": "up", "👎": "down"}
WHY = "why:"
"""What the buttons under the question for a reason say begins with it."""
_VERDICTS: dict[str, Literal["up", "down"]] = {"up": "up", "down": "down"}


def event_of(update: "telegram.Update", me: "telegram.User") -> Event | None:
    """What an update says to this bot, or None when it says nothing."""
    if update.message is not None:
        return _message(update, update.message, me)
    if update.callback_query is not None:
        return _pressed(update, update.callback_query, me)
    if update.message_reaction is not None:
        return _reacted(update, update.message_reaction, me)
    return None


def _message(update: "telegram.Update", message: "telegram.Message", me: "telegram.User") -> Message:
    named, others = _mentions(message, me)
    answers = message.reply_to_message.from_user if message.reply_to_message else None
    answers_me = answers is not None and answers.id == me.id
    to_me = named or answers_me
    answers_other = answers is not None and answers.id != me.id and not message.is_topic_message
    return Message(
        str(update.update_id),
        place_of(message.chat, message.message_thread_id if message.is_topic_message else None),
        _sender(message, me),
        _without_name(message.text or message.caption or "", me),
        str(message.message_id),
        to_me=to_me,
        to_others=not to_me and (others or answers_other),
        position=float(message.message_id),
        attachments=tuple(_attachments(message)),
        answers=str(message.reply_to_message.message_id) if message.reply_to_message and answers_me else "",
    )


def _pressed(update: "telegram.Update", query: "telegram.CallbackQuery", me: "telegram.User") -> Verdict | None:
    pressed = query.data or ""
    reason = pressed.removeprefix(WHY) if pressed.startswith(WHY) else ""
    verdict = "down" if reason in REASONS else _VERDICTS.get(pressed)
    if query.message is None or verdict is None:
        return None
    thread = (
        getattr(query.message, "message_thread_id", None) if getattr(query.message, "is_topic_message", 0) else None
    )
    place = place_of(query.message.chat, thread)
    person, message_id = _person(query.from_user, me), str(query.message.message_id)
    return Verdict(str(update.update_id), place, person, message_id, verdict, reason)


def _reacted(
    update: "telegram.Update", reaction: "telegram.MessageReactionUpdated", me: "telegram.User"
) -> Verdict | None:
    thumbs = [_THUMBS.get(getattr(each, "emoji", "")) for each in reaction.new_reaction]
    verdict = next((thumb for thumb in thumbs if thumb is not None), None)
    if verdict is None or reaction.user is None:
        return None
    place = place_of(reaction.chat, None)
    return Verdict(str(update.update_id), place, _person(reaction.user, me), str(reaction.message_id), verdict)


def place_of(chat: "telegram.Chat", thread: int | None) -> Place:
    """A chat, and the topic in it."""
    return Place(str(chat.id), "" if thread is None else str(thread), direct=chat.type == "private")


def _sender(message: "telegram.Message", me: "telegram.User") -> Person:
    if message.sender_chat is not None:  # a channel, or an administrator who hides behind the group
        return Person(str(message.sender_chat.id), message.sender_chat.title or "")
    return _person(message.from_user, me) if message.from_user else Person("")


def _person(user: "telegram.User", me: "telegram.User") -> Person:
    return Person(str(user.id), user.full_name, user.is_bot, user.id == me.id, user.language_code or "")


def _mentions(message: "telegram.Message", me: "telegram.User") -> tuple[bool, bool]:
    """Whether this bot is named, and whether somebody else is."""
    named = others = False
    for entity, text in {**message.parse_entities(), **message.parse_caption_entities()}.items():
        if entity.type in ("mention", "bot_command") and "@" in text:
            mine = text.lower().endswith(f"@{(me.username or '').lower()}")
            named, others = named or mine, others or not mine
        elif entity.type == "text_mention" and entity.user is not None:
            named, others = named or entity.user.id == me.id, others or entity.user.id != me.id
        elif entity.type == "bot_command" and entity.offset == 0:
            named = True  # a command without a name is for every bot that knows it
    return named, others


def _without_name(text: str, me: "telegram.User") -> str:
    import re

    return re.sub(rf"@{re.escape(me.username or '-')}\b", "", text, flags=re.IGNORECASE).strip()


def _attachments(message: "telegram.Message") -> list[Attachment]:
    document = message.document
    if document is None:
        return []
    return [
        Attachment(document.file_id, document.file_name or "file", document.mime_type or "", document.file_size or 0)
    ]
