"""Two replies of which one was preferred, as TRL's DPO trainer, LLaMA-Factory and OpenAI write them."""

from collections.abc import Iterable
from typing import Any

from finetune.examples import ChatMessage
from finetune.formats.row import Draft, Row, RowInvalid, message, messages, optional, prompt, reply


class DPO:
    """{"prompt", "chosen", "rejected"}, {"conversations", "chosen", "rejected"}, {"chosen", "rejected"} whole, or
    {"input": {"messages"}, "preferred_output", "non_preferred_output"}"""

    name = "DPO pairs"

    def fits(self, row: Row) -> bool:
        """By its two replies."""
        return {"chosen", "rejected"} <= set(row) or {"preferred_output", "non_preferred_output"} <= set(row)

    def read(self, row: Row) -> Iterable[Draft]:
        """One."""
        better, worse = (
            (row["chosen"], row["rejected"])
            if "chosen" in row
            else (row["preferred_output"], row["non_preferred_output"])
        )
        yield Draft("preference", tuple(_asked(row, better, worse)), reply(better), reply(worse))


def _asked(row: Row, better: Any, worse: Any) -> list[ChatMessage]:
    """The prompt that is given, or what both conversations begin with."""
    if "prompt" in row:
        return prompt(row["prompt"])
    if isinstance(row.get("input"), dict):
        return messages(row["input"].get("messages"))
    if "conversations" in row:
        system = optional(row, "system")
        said = [message(each, "from", "value") for each in row["conversations"] or []]
        return [ChatMessage("system", system), *said] if system else said
    if "instruction" in row:
        return [ChatMessage("user", "\n\n".join(filter(None, (optional(row, "instruction"), optional(row, "input")))))]
    if not isinstance(better, list) or not isinstance(worse, list) or better[:-1] != worse[:-1]:
        raise RowInvalid("there is no prompt that both replies belong to")
    return messages(better[:-1])
