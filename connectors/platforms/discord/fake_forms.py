"""Forms (modals) as Discord opens them."""

from collections.abc import Mapping
from typing import Any

MOST_IN_LABEL, MOST_IN_ID, MOST_FIELDS = 45, 100, 5


class Forms:
    """Those that are open, each with where it was opened."""

    def __init__(self) -> None:
        self.opened: list[tuple[dict[str, Any], str]] = []

    def open(self, form: dict[str, Any], place: str) -> bool:
        """Open one in a channel; False for one that Discord would not take."""
        fields = [field for row in form["components"] for field in row["components"]]
        names = [form["title"], *(field["label"] for field in fields)]
        fits = all(0 < len(name) <= MOST_IN_LABEL for name in names) and len(form["custom_id"]) <= MOST_IN_ID
        if fits and 0 < len(fields) <= MOST_FIELDS:
            self.opened.append((form, place))
            return True
        return False

    def filled(self, given: Mapping[str, str]) -> tuple[dict[str, Any], str]:
        """What is sent of the form that was opened last, and where; it is closed then."""
        form, place = self.opened.pop()
        rows = [
            {"type": 1, "components": [{**_named(field), "value": given[field["custom_id"]]}]}
            for row in form["components"]
            for field in row["components"]
        ]
        return {"custom_id": form["custom_id"], "components": rows}, place


def _named(field: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": field["type"], "custom_id": field["custom_id"]}
