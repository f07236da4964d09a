"""Messages and answers in Discord's JSON."""

import json
from typing import Any

from starlette.responses import Response

ME: dict[str, Any] = {"id": "4711", "username": "pilares", "discriminator": "0", "avatar": None, "bot": True}
STAMP = "2026-01-01T00:00:00+00:00"


def message(number: str, channel: str, text: str, author: dict[str, Any]) -> dict[str, Any]:
    """A message."""
    return {"id": number, "channel_id": channel, "content": text, "author": author, "timestamp": STAMP,
            "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": [], "pinned": False, "type": 0, "components": []}  # fmt: skip


def interaction_of(number: str, kind: int, place: str, data: dict[str, Any]) -> dict[str, Any]:
    """A button that was pressed, or a form that was sent, without who did it."""
    return {"id": number, "application_id": ME["id"], "type": kind, "token": "t", "version": 1, "channel_id": place,
            "data": data, "attachment_size_limit": 0, "entitlements": [], "locale": "en-US",
            "authorizing_integration_owners": {}}  # fmt: skip


def within(user: dict[str, Any], place: str, guild: str, *, thread: bool) -> dict[str, Any]:
    """Who did it, and where: on a server, or in a direct talk when `guild` is empty."""
    if not guild:
        return {"user": user, "channel": {"id": place, "type": 1, "recipients": [user]}}
    member = {"user": user, "roles": [], "joined_at": STAMP, "permissions": "0", "flags": 0}
    return {"guild_id": guild, "member": member, "channel": {"id": place, "type": 11 if thread else 0}}


def guild_of(number: str, channels: dict[str, str], threads: list[dict[str, Any]]) -> dict[str, Any]:
    """A server with its channels, name to id."""
    there = [{"id": each, "type": 0, "name": name, "position": 0, "permission_overwrites": [], "guild_id": number}
             for name, each in channels.items()]  # fmt: skip
    return {"id": number, "name": "Company", "owner_id": "1", "member_count": 3, "roles": [], "emojis": [],
            "members": [], "channels": there, "threads": threads,
            "presences": [], "voice_states": [], "stickers": [], "features": [], "large": False,
            "stage_instances": [], "guild_scheduled_events": [], "premium_tier": 0, "nsfw_level": 0,
            "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0,
            "mfa_level": 0, "system_channel_flags": 0, "preferred_locale": "en-US", "afk_timeout": 60}  # fmt: skip


def as_json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The library reads JSON only when the type is exactly this, without a charset."""
    return Response(json.dumps(content), status, {**(headers or {}), "content-type": "application/json"})
