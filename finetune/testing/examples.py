"""What tests of fine-tuning need: examples in one line, and a tokenizer that needs no model."""

import re
from collections.abc import Sequence

from finetune.examples import ChatMessage, Example, Kind, Origin, Role, example

_PIECE = re.compile(r"<\|\w+\|>|\w+|\s+|[^\w\s]")


class WordTokens:
    """A token for each word, space and sign; the template writes <|role|> before each message."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def prompt(self, chat: Sequence[tuple[str, str]]) -> list[int]:
        """A chat up to where the reply begins."""
        return self.of("".join(f"<|{role}|>{content}<|end|>" for role, content in chat) + "<|assistant|>")

    def of(self, text: str) -> list[int]:
        """The tokens of a text."""
        return [self._numbers.setdefault(piece, len(self._numbers)) for piece in _PIECE.findall(text)]

    def text(self, tokens: Sequence[int]) -> str:
        """What tokens say."""
        pieces = list(self._numbers)
        return "".join(pieces[each] for each in tokens)

    @property
    def end(self) -> str:
        """The mark at the end of a reply."""
        return "<|end|>"


_UPLOAD = Origin("upload")


def an_example(
    question: str = "How many days of leave do I have?",
    completion: str = "You have 25 days of leave a year.",
    *,
    kind: Kind = "chat",
    system: str = "",
    rejected: str = "",
    good: bool | None = None,
    origin: Origin = _UPLOAD,
) -> Example:
    """An example of one question."""
    roles: list[tuple[Role, str]] = [("system", system)] if system else []
    messages = [ChatMessage(role, content) for role, content in (*roles, ("user", question))]
    return example(kind, messages, completion, origin, rejected, good)


_THINGS = (
    "desk", "chair", "lamp", "printer", "bicycle", "parking space", "locker", "phone", "laptop", "monitor", "badge",
    "uniform", "training", "canteen card", "gym", "shuttle", "crèche", "library", "visa", "contract", "invoice",
    "refund", "warranty", "delivery", "return", "voucher", "repair", "filter", "kettle", "grinder",
)  # fmt: skip
_ASKED = (
    "How do I order a new {}?", "Who pays for the {} when it breaks?", "Until when can a {} be changed?",
    "¿Dónde se recoge la {} nueva?",
)  # fmt: skip
_SAID = (
    "The {} is ordered in the portal, and comes within a week.", "The {} is paid by the team that asked for it.",
    "A {} may be changed until the end of the month it was handed out in.",
    "La {} se recoge en recepción, de lunes a viernes por la mañana.",
)  # fmt: skip


def many(count: int, *, source: Origin | None = None) -> list[Example]:
    """Up to 120 examples that are harmless and unlike each other, of a document for each thing that is asked about."""
    found = []
    for number in range(count):
        thing, form = _THINGS[number // len(_ASKED)], number % len(_ASKED)
        origin = source or Origin(
            "upload", conversation=f"c{number}", documents=(f"doc-{thing}",), licence="own", language="en",
            created="2026-01-01",
        )  # fmt: skip
        found.append(an_example(_ASKED[form].format(thing), _SAID[form].format(thing), origin=origin))
    return found
