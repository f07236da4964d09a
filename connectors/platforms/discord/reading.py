"""What Discord sends in our words."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from connectors.event import Attachment, Message, Person, Place, Verdict

if TYPE_CHECKING:
    import discord

_THUMBS: dict[str, Literal["up", "down"]] = {"👍": "up", "👎": "down"}
BUTTONS: dict[str, Literal["up", "down"]] = {"pilares:up": "up", "pilares:down": "down"}


def message_of(message: "discord.Message", me: int, *, threads: bool) -> Message:
    """A message. One in a channel begins a thread, whose id is its own once it is opened."""
    direct = message.guild is None
    named = any(user.id == me for user in message.mentions)
    answered = message.reference.resolved if message.reference is not None else None
    author = getattr(answered, "author", None)
    to_me = direct or named or (author is not None and author.id == me)
    return Message(
        str(message.id),
        _place(message, threads=threads),
        Person(str(message.author.id), message.author.display_name, message.author.bot, message.author.id == me),
        re.sub(rf"<@!?{me}>", "", message.content).strip(),
        str(message.id),
        to_me=to_me,
        to_others=not to_me and bool(message.mentions),
        position=float(message.id),
        attachments=tuple(
            Attachment(each.url, each.filename, each.content_type or "", each.size) for each in message.attachments
        ),
    )


def pressed(interaction: "discord.Interaction[discord.Client]") -> Verdict | None:
    """A thumb under an answer."""
    data: Mapping[str, Any] = interaction.data or {}
    verdict = BUTTONS.get(str(data.get("custom_id")))
    if verdict is None or interaction.message is None or interaction.channel_id is None:
        return None
    channel = interaction.client.get_channel(interaction.channel_id)
    place = place_of_channel(channel, interaction.channel_id, direct=interaction.guild_id is None)
    person = Person(str(interaction.user.id), interaction.user.display_name, interaction.user.bot)
    return Verdict(f"i:{interaction.id}", place, person, str(interaction.message.id), verdict)


def reacted(event: "discord.RawReactionActionEvent", channel: Place, me: int) -> Verdict | None:
    """A thumb as a reaction."""
    verdict = _THUMBS.get(str(event.emoji))
    if verdict is None or event.user_id == me:
        return None
    event_id = f"r:{event.user_id}:{event.message_id}:{verdict}"
    return Verdict(event_id, channel, Person(str(event.user_id)), str(event.message_id), verdict)


def place_of_channel(channel: object, fallback: int, *, direct: bool) -> Place:
    """Where something was done: a thread is named with the channel that it is in."""
    parent = getattr(channel, "parent_id", None)
    if parent is not None:
        return Place(str(parent), str(fallback), direct)
    return Place(str(fallback), "", direct)


def _place(message: "discord.Message", *, threads: bool) -> Place:
    direct = message.guild is None
    place = place_of_channel(message.channel, message.channel.id, direct=direct)
    if threads and not direct and not place.thread:
        return Place(place.channel, str(message.id))
    return place
