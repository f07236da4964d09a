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


def as_json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The library reads JSON only when the type is exactly this, without a charset."""
    return Response(json.dumps(content), status, {**(headers or {}), "content-type": "application/json"})
