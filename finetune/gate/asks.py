"""What is asked of a model at the gate and what it replied: plain values, so that they can be kept and found again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Literal, Protocol

Floor = Literal["bare", "first"]
"""Below which no generation may fall: the base model without any adapter, and the adapter that was served first."""
Arm = Literal["base", "candidate", "trained"] | Floor
"""Who is asked: what the candidate is compared with, the candidate as it is served, its weights as training left them,
or a floor."""
Chat = tuple[tuple[str, str], ...]
"""Roles and contents."""


@dataclass(frozen=True, slots=True)
class Say:
    """Reply to a chat with the likeliest words, up to `most` tokens."""

    chat: Chat
    most: int = 24


@dataclass(frozen=True, slots=True)
class Weigh:
    """How likely is it that the reply to a chat, having begun with `given`, goes on with `text`?"""

    chat: Chat
    text: str
    given: str = ""


Ask = Say | Weigh


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said, and the log-probabilities (natural) of the likeliest first tokens; or, of a text that was weighed,
    its log-probability and its length in tokens."""

    text: str = ""
    first: Mapping[str, float] = field(default_factory=dict)
    logprob: float = 0.0
    tokens: int = 0


class Answers(Protocol):
    """Models that can be asked."""

    def answer(self, arm: Arm, ask: Ask) -> Reply:
        """The reply of one of them. Raises an error of its own when it cannot be had."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a probe asks, in one or several asks; `given` is what its judge needs to know.

    `only` names who is asked, where that is not everybody whom the probe asks. `of` are the ids of the dataset's rows
    that it was made of: what is replied to it goes with them.
    """

    probe: str
    id: str
    asks: tuple[Ask, ...]
    kind: str = ""
    language: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    only: tuple[Arm, ...] = ()
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What an item says about one figure: 0 to 1 mostly. `base` is None where only the candidate was asked.

    `beside` names the floor that `base` is a figure of; empty where it is of what the candidate is compared with.
    """

    metric: str
    item: str
    candidate: float
    base: float | None = None
    kind: str = ""
    language: str = ""
    beside: Floor | Literal[""] = ""


def digest_of(ask: Ask) -> str:
    """A name for an ask that changes with every word of it."""
    return _digest([type(ask).__name__, asdict(ask)])


def digest_of_items(items: Iterable[Item]) -> str:
    """One hash over everything that a probe asks and judges by."""
    return _digest([[each.probe, each.id, [asdict(ask) for ask in each.asks], each.given] for each in items])


def _digest(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=list)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
