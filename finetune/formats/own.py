"""Pilares' own form, as datasets and their exports have it: it says itself where each example comes from."""

from collections.abc import Iterable

from finetune.examples import from_json
from finetune.formats.row import Draft, Row


class Own:
    """{id, kind, messages, completion, rejected, good, origin}"""

    name = "Pilares"

    def fits(self, row: Row) -> bool:
        """By its origin."""
        return "origin" in row and "completion" in row

    def read(self, row: Row) -> Iterable[Draft]:
        """As it is."""
        found = from_json(row)
        yield Draft(found.kind, found.messages, found.completion, found.rejected, found.good, whole=found)
