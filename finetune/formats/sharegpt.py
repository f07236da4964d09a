"""ShareGPT's form, whose roles are called human and gpt."""

from collections.abc import Iterable

from finetune.examples import ChatMessage
from finetune.formats.row import Draft, Row, conversation, messages, optional


class ShareGPT:
    """{"conversations": [{"from": "human" | "gpt" | "system", "value"}], optional "system"}"""

    name = "ShareGPT"

    def fits(self, row: Row) -> bool:
        """By its conversations."""
        return "conversations" in row

    def read(self, row: Row) -> Iterable[Draft]:
        """One for each reply."""
        said = messages(row["conversations"], "from", "value")
        system = optional(row, "system")
        return conversation([ChatMessage("system", system), *said] if system else said)
