"""OpenAI's form for chat models (https://platform.openai.com/docs/guides/supervised-fine-tuning)."""

from collections.abc import Iterable

from finetune.formats.row import Draft, Row, RowInvalid, conversation, messages


class OpenAI:
    """{"messages": [{"role", "content", optional "weight"}]}; every reply whose weight is not 0 is an example."""

    name = "OpenAI messages"

    def fits(self, row: Row) -> bool:
        """By its messages."""
        return "messages" in row

    def read(self, row: Row) -> Iterable[Draft]:
        """One for each reply."""
        said = messages(row["messages"])
        weights = [each.get("weight", 1) for each in row["messages"]]
        if any(weight not in (0, 1) for weight in weights):
            raise RowInvalid("the weight of a message is neither 0 nor 1")
        return conversation(said, [bool(weight) for weight in weights])
