"""The form that opens after a thumb down, and what is written into it (https://docs.slack.dev/surfaces/modals)."""

import json
from collections.abc import Mapping
from typing import Any

from connectors.event import Person, Place, Verdict
from connectors.messages import text

FORM = "pilares_why"
MOST_CHARS = 1_000
_FIELDS = {"reason": "why", "correction": "why_correction"}


def form(verdict: Verdict, language: str) -> dict[str, Any]:
    """The view: two fields that may both be left empty. Titles and buttons have room for 24 characters."""
    place = verdict.place
    about = {"channel": place.channel, "thread": place.thread, "direct": place.direct, "message": verdict.message_id}
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": json.dumps(about),
        "title": _plain("why", language),
        "submit": _plain("why_send", language),
        "close": _plain("why_leave", language),
        "blocks": [
            {
                "type": "input",
                "block_id": name,
                "optional": True,
                "label": _plain(label, language),
                "element": {
                    "type": "plain_text_input", "action_id": name, "multiline": True, "max_length": MOST_CHARS,
                },
            }
            for name, label in _FIELDS.items()
        ],
    }  # fmt: skip


def written(payload: Mapping[str, Any], me: str) -> Verdict | None:
    """What somebody wrote into the form; None when they left it empty.

    Raises KeyError, TypeError, ValueError and AttributeError for what is no such form.
    """
    view, user = payload["view"], str(payload["user"]["id"])
    reason, correction = (_value(view, name) for name in _FIELDS)
    if not reason and not correction:
        return None
    about = json.loads(view["private_metadata"])
    place = Place(str(about["channel"]), str(about["thread"]), bool(about["direct"]))
    return Verdict(
        f"v:{user}:{view['id']}",
        place,
        Person(user, is_me=user == me),
        str(about["message"]),
        "down",
        reason,
        correction,
    )


def _value(view: Mapping[str, Any], name: str) -> str:
    return str(view["state"]["values"][name][name].get("value") or "").strip()[:MOST_CHARS]


def _plain(key: str, language: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text(key, language)}
