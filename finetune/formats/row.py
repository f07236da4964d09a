"""What the forms have in common: how a row is taken apart, and what is said when it cannot be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from finetune.errors import ExamplesInvalid
from finetune.examples import ChatMessage, Example, Kind, Role, disorder

Row = Mapping[str, Any]
_ROLES: Mapping[str, Role] = {
    "system": "system", "developer": "system",
    "user": "user", "human": "user", "prompter": "user", "customer": "user",
    "assistant": "assistant", "gpt": "assistant", "chatgpt": "assistant", "model": "assistant", "bot": "assistant",
    "bard": "assistant", "bing": "assistant",
}  # fmt: skip
_TOOLS = ("tool", "function", "tool_calls", "function_call", "observation", "ipython")


class RowInvalid(ExamplesInvalid):
    """A row that nothing can be learnt from; says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An example before it is known where it comes from; `whole` is one that says so itself."""

    kind: Kind
    messages: tuple[ChatMessage, ...]
    completion: str
    rejected: str = ""
    good: bool | None = None
    whole: Example | None = None


class Format(Protocol):
    """A form of rows."""

    name: str

    def fits(self, row: Row) -> bool:
        """Whether a row has the fields of this form."""

    def read(self, row: Row) -> Iterable[Draft]:
        """The examples in a row: one, or one for each reply of a conversation. Raises RowInvalid."""


def text(row: Row, *names: str) -> str:
    """The first of the fields that is there. Raises RowInvalid when it is none, or no text."""
    found = next((row[name] for name in names if name in row), None)
    if not isinstance(found, str):
        raise RowInvalid(f"`{names[0]}` is not a text")
    return found


def optional(row: Row, name: str) -> str:
    """A text that may be missing or null."""
    return "" if row.get(name) is None else text(row, name)


def message(found: Any, role_key: str = "role", content_key: str = "content") -> ChatMessage:
    """A message, its role mapped to system, user or assistant. Raises RowInvalid."""
    if not isinstance(found, Mapping) or role_key not in found:
        raise RowInvalid(f"a message is not an object of `{role_key}` and `{content_key}`")
    name = found[role_key]
    if name in _TOOLS or found.get("tool_calls") or found.get("function_call"):
        raise RowInvalid("it calls tools, which are not learnt from examples")
    if not isinstance(name, str) or name.casefold() not in _ROLES:
        raise RowInvalid(f"the role {name!r} is not known")
    return ChatMessage(_ROLES[name.casefold()], _content(found.get(content_key), content_key))


def messages(found: Any, role_key: str = "role", content_key: str = "content") -> list[ChatMessage]:
    """A list of messages. Raises RowInvalid."""
    if not isinstance(found, list) or not found:
        raise RowInvalid("the list of messages is empty or no list")
    return [message(each, role_key, content_key) for each in found]


def prompt(found: Any) -> list[ChatMessage]:
    """A prompt that is a text, or a list of messages. Raises RowInvalid."""
    return [ChatMessage("user", found)] if isinstance(found, str) else messages(found)


def reply(found: Any) -> str:
    """A reply that is a text, a message, or a list of messages that ends with one. Raises RowInvalid."""
    if isinstance(found, str):
        return found
    if isinstance(found, Mapping) and "from" in found:
        last = message(found, "from", "value")
    else:
        last = messages(found if isinstance(found, list) else [found])[-1]
    if last.role != "assistant":
        raise RowInvalid(f"roles out of order: a reply is of the role {last.role}")
    return last.content


def conversation(said: Sequence[ChatMessage], learnt: Sequence[bool] | None = None) -> Iterator[Draft]:
    """An example for each reply of a conversation (those marked in `learnt`), what was said before as its prompt.

    Raises RowInvalid naming the message whose role is out of order.
    """
    replies = [place for place, each in enumerate(said) if each.role == "assistant"]
    if not replies:
        raise RowInvalid("there is no reply of the assistant in it")
    if said[-1].role != "assistant":
        raise RowInvalid("roles out of order: it does not end with a reply of the assistant")
    if why := disorder(said[:-1]):
        raise RowInvalid(why)
    for place in replies:
        if learnt is None or learnt[place]:
            yield Draft("chat", tuple(said[:place]), said[place].content)


def thumb(found: Any) -> bool:
    """Whether a reply was good: true, false, 1 or 0. Raises RowInvalid."""
    if found in (0, 1) and isinstance(found, bool | int):
        return bool(found)
    raise RowInvalid("the label is neither true nor false")


def _content(found: Any, name: str) -> str:
    """A text, or the text parts of a message that is written in parts."""
    if isinstance(found, str):
        return found
    if isinstance(found, list):
        parts = [
            each.get("text") if isinstance(each, Mapping) and each.get("type") == "text" else None for each in found
        ]
        if all(isinstance(part, str) for part in parts):
            return "\n".join(cast(list[str], parts))
        raise RowInvalid("a message has parts that are not text")
    raise RowInvalid(f"`{name}` of a message is not a text")
