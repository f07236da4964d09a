"""Alpaca's form (https://github.com/tatsu-lab/stanford_alpaca), with the fields that later sets added."""

from collections.abc import Iterable, Iterator

from finetune.examples import ChatMessage
from finetune.formats.row import Draft, Row, RowInvalid, optional, text


class Alpaca:
    """{"instruction", "input", "output", optional "system" and "history" [[asked, said]]}"""

    name = "Alpaca"

    def fits(self, row: Row) -> bool:
        """By instruction and output."""
        return "instruction" in row and "output" in row

    def read(self, row: Row) -> Iterable[Draft]:
        """One; instruction and input are the question."""
        asked = "\n\n".join(filter(None, (text(row, "instruction"), optional(row, "input"))))
        system = optional(row, "system")
        first = [ChatMessage("system", system)] if system else []
        yield Draft("chat", (*first, *_history(row), ChatMessage("user", asked)), text(row, "output"))


def _history(row: Row) -> Iterator[ChatMessage]:
    for pair in row.get("history") or []:
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(each, str) for each in pair):
            raise RowInvalid("`history` is no list of pairs of question and answer")
        yield from (ChatMessage("user", pair[0]), ChatMessage("assistant", pair[1]))
