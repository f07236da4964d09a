"""Forms as Slack opens them: one for each trigger, which is good once."""

import json
from collections.abc import Mapping
from typing import Any

MOST_IN_BUTTON = 24


class Forms:
    """Those that are open."""

    def __init__(self) -> None:
        self.triggers: set[str] = set()
        self.views: list[dict[str, Any]] = []

    def open(self, fields: Mapping[str, Any]) -> str:
        """Open one; the name of what is wrong with it, or nothing. Titles and buttons have room for 24 characters."""
        view = fields["view"] if isinstance(fields["view"], dict) else json.loads(fields["view"])
        if fields["trigger_id"] not in self.triggers:
            return "invalid_trigger_id"
        self.triggers.remove(fields["trigger_id"])
        if any(len(view[part]["text"]) > MOST_IN_BUTTON for part in ("title", "submit", "close")):
            return "invalid_arguments"
        self.views.append(view)
        return ""

    def filled(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The form that was opened last, with what was written into its fields; it is closed then."""
        view = self.views.pop()
        values = {
            block["block_id"]: {
                block["element"]["action_id"]: {"type": "plain_text_input", "value": given[block["block_id"]] or None}
            }
            for block in view["blocks"]
        }
        return {**view, "state": {"values": values}}
