"""Tokens, for checks that count them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from finetune.examples import ChatMessage, Example


class Tokens(Protocol):
    """A tokenizer with the chat template of the model that will be trained."""

    def prompt(self, chat: Sequence[tuple[str, str]]) -> list[int]:
        """A chat, as (role, content), up to where the reply begins."""

    def of(self, text: str) -> list[int]:
        """The tokens of a text; marks of the template are one token each."""

    def text(self, tokens: Sequence[int]) -> str:
        """What tokens say, marks of the template included."""

    @property
    def end(self) -> str:
        """The mark at the end of a reply."""


def chat_of(messages: Sequence[ChatMessage]) -> list[tuple[str, str]]:
    """Messages as a tokenizer takes them."""
    return [(each.role, each.content) for each in messages]


def masked(example: Example, tokens: Tokens) -> tuple[list[int], list[int]]:
    """The tokens of the prompt, which are masked from the loss, and those of the reply, which are learnt."""
    return tokens.prompt(chat_of(example.messages)), tokens.of(example.completion + tokens.end)


@dataclass(frozen=True, slots=True)
class Size:
    """Tokens of a row: masked, learnt, and of its longest reply."""

    masked: int
    learnt: int
    longest: int

    @property
    def whole(self) -> int:
        """What has to fit into the context."""
        return self.masked + self.longest


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of rows, each counted once."""

    tokens: Tokens
    _known: dict[str, Size] = field(default_factory=dict)

    def of(self, each: Example) -> Size:
        """The size of one row."""
        if each.id not in self._known:
            prompt, said = masked(each, self.tokens)
            other = len(self.tokens.of(each.rejected + self.tokens.end)) if each.rejected else 0
            self._known[each.id] = Size(len(prompt), len(said), max(len(said), other))
        return self._known[each.id]
