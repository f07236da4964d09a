"""Replies with a thumb, as TRL's KTO trainer and LLaMA-Factory write them."""

from collections.abc import Iterable

from finetune.formats.row import Draft, Row, RowInvalid, messages, prompt, reply, thumb


class KTO:
    """{"prompt", "completion", "label": true | false}, or {"messages" that end with the reply, "kto_tag"}"""

    name = "KTO"

    def fits(self, row: Row) -> bool:
        """By its label."""
        return "kto_tag" in row or ("label" in row and "prompt" in row)

    def read(self, row: Row) -> Iterable[Draft]:
        """One."""
        if "kto_tag" not in row:
            if "completion" not in row:
                raise RowInvalid("`completion` is missing")
            asked, said, label = prompt(row["prompt"]), reply(row["completion"]), row["label"]
        else:
            both = messages(row.get("messages"))
            asked, said, label = (
                both[:-1],
                reply([{"role": both[-1].role, "content": both[-1].content}]),
                row["kto_tag"],
            )
        yield Draft("verdict", tuple(asked), said, good=thumb(label))
