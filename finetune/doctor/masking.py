"""Shows which tokens of a row are learnt: the usual mistake of a training is to learn the prompt, or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from finetune.doctor.findings import Finding, rows_in_words
from finetune.doctor.tokens import Sizes, Tokens, masked
from finetune.examples import Example


@dataclass(frozen=True, slots=True)
class Preview:
    """A row as it is trained: what is masked from the loss, what is learnt, and how many tokens each has."""

    row: str
    masked: str
    learnt: str
    masked_tokens: int
    learnt_tokens: int


def preview(example: Example, tokens: Tokens) -> Preview:
    """A row with its masks, as the tokens read back."""
    prompt, said = masked(example, tokens)
    return Preview(example.id, tokens.text(prompt), tokens.text(said), len(prompt), len(said))


class Masking:
    """How much is learnt of all rows together."""

    name = "masking"

    def __init__(self, sizes: Sizes) -> None:
        self._sizes = sizes

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """How many tokens are masked and learnt."""
        if not rows:
            return
        sizes = [self._sizes.of(each) for each in rows]
        prompts, learnt = sum(each.masked for each in sizes), sum(each.learnt for each in sizes)
        message = (
            f"Of {rows_in_words(prompts + learnt, 'token')}, {learnt:,} are learnt (the replies, each with its end), "
            f"{prompts:,} are masked (the prompts)."
        )
        yield Finding(self.name, "note", message, (), {"masked": prompts, "learnt": learnt})
