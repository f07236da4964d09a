"""One example to learn from: a prompt, what should be said to it, and where both come from.

On disk an example is one JSON object a line, with exactly the fields of `Example` and `origin` inside it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from typing import Any, Literal, cast, get_args

from finetune.errors import ExamplesInvalid

Kind = Literal["chat", "preference", "verdict"]
"""What it is learnt with: a reply as it is, the better of two replies, a reply with a thumb."""
Role = Literal["system", "user", "assistant"]
Source = Literal["upload", "feedback", "edit", "handoff", "synthetic", "curated"]

EVERYONE = "everyone"
"""The group that everybody belongs to."""
ID_CHARS = 24


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an example comes from, and who may read it.

    `documents` are the ids of those that stand in its prompt, first the one that the reply rests on. `groups` are those
    whose members may read all of them; none: nobody may. `created` is ISO 8601; `reviewed_by` is empty until somebody
    has looked at the example.
    """

    source: Source
    user: str = ""
    conversation: str = ""
    documents: tuple[str, ...] = ()
    licence: str = ""
    groups: tuple[str, ...] = (EVERYONE,)
    language: str = ""
    created: str = ""
    reviewed_by: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt that ends with the user, and its completion.

    `rejected` is what a preference was preferred to; `good` the thumb of a verdict.
    """

    id: str
    kind: Kind
    messages: tuple[ChatMessage, ...]
    completion: str
    origin: Origin
    rejected: str = ""
    good: bool | None = None

    def texts(self) -> tuple[str, ...]:
        """Everything that stands in it, the prompt first."""
        return (*(each.content for each in self.messages), self.completion, self.rejected)


def example(
    kind: Kind,
    messages: Sequence[ChatMessage],
    completion: str,
    origin: Origin,
    rejected: str = "",
    good: bool | None = None,
) -> Example:
    """An example with its id. Raises ExamplesInvalid for one that nothing can be learnt from."""
    found = identified(Example("", kind, tuple(messages), completion, origin, rejected, good))
    if why := fault_of(found):
        raise ExamplesInvalid(why)
    return found


def identified(each: Example) -> Example:
    """The same example with the id of what it now holds: a digest of its content and of where it comes from."""
    origin = each.origin
    content = [
        each.kind, [[m.role, m.content] for m in each.messages], each.completion, each.rejected, each.good,
        origin.source, origin.user, origin.conversation, origin.documents, origin.licence,
    ]  # fmt: skip
    digest = sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return replace(each, id=digest.hexdigest()[:ID_CHARS])


def fault_of(each: Example) -> str:
    """Why nothing can be learnt from an example; empty when it is whole."""
    if why := disorder(each.messages):
        return why
    if not each.completion.strip():
        return "the completion is empty"
    if each.kind == "preference" and not each.rejected.strip():
        return "it has no reply that was rejected"
    if each.kind == "preference" and each.rejected.strip() == each.completion.strip():
        return "the chosen reply and the rejected one are the same"
    if each.kind == "verdict" and each.good is None:
        return "it does not say whether the reply was good"
    return ""


def disorder(messages: Sequence[ChatMessage]) -> str:
    """Why the roles of a prompt are out of order; empty when they are not."""
    if not messages:
        return "there are no messages before the reply"
    wanted: Role = "user"
    for number, each in enumerate(messages, start=1):
        if each.role == "system":
            if number > 1:
                return f"roles out of order: message {number} is of the role system, which only the first may have"
            continue
        if each.role != wanted:
            return f"roles out of order: message {number} is of the role {each.role} where {wanted} should follow"
        if not each.content.strip():
            return f"message {number} is empty"
        wanted = "assistant" if wanted == "user" else "user"
    if messages[-1].role != "user":
        return "roles out of order: the prompt does not end with the role user"
    return ""


def to_line(each: Example) -> str:
    """An example as a line of JSON, without the end of the line; the same for the same example."""
    return json.dumps(asdict(each), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(row: Mapping[str, Any]) -> Example:
    """An example out of its JSON object. Raises ExamplesInvalid saying which field is missing, unknown or wrong."""
    _check_fields(row, Example, "")
    origin = row["origin"]
    if not isinstance(origin, Mapping):
        raise ExamplesInvalid("`origin` is not an object")
    _check_fields(origin, Origin, "origin.")
    if row["kind"] not in get_args(Kind) or origin["source"] not in get_args(Source):
        raise ExamplesInvalid(f"`kind` or `origin.source` is not known: {row['kind']}, {origin['source']}")
    if row["good"] is not None and not isinstance(row["good"], bool):
        raise ExamplesInvalid("`good` is neither true, false nor null")
    messages = tuple(_message(each) for each in _list(row["messages"], "messages"))
    texts = {name: _text(origin[name], name) for name in _ORIGIN_TEXTS}
    lists = {
        name: tuple(_text(each, name) for each in _list(origin[name], name)) for name in ("documents", "groups")
    }  # fmt: skip
    found = Example(
        _text(row["id"], "id"), cast(Kind, row["kind"]), messages, _text(row["completion"], "completion"),
        Origin(cast(Source, origin["source"]), **texts, **lists),  # type: ignore[arg-type]
        _text(row["rejected"], "rejected"), row["good"],
    )  # fmt: skip
    if why := fault_of(found):
        raise ExamplesInvalid(why)
    return found


def lines_of(examples: Iterable[Example]) -> bytes:
    """Examples as a file of JSON lines."""
    return "".join(f"{to_line(each)}\n" for each in examples).encode()


_ORIGIN_TEXTS = ("user", "conversation", "licence", "language", "created", "reviewed_by")


def _check_fields(row: Mapping[str, Any], kind: type[Example] | type[Origin], prefix: str) -> None:
    known = {each.name for each in fields(kind)}
    if missing := sorted(known - set(row)):
        raise ExamplesInvalid(f"`{prefix}{missing[0]}` is missing")
    if unknown := sorted(set(row) - known):
        raise ExamplesInvalid(f"`{prefix}{unknown[0]}` is not a field of an example")


def _message(found: Any) -> ChatMessage:
    if not isinstance(found, Mapping) or set(found) != {"role", "content"} or found["role"] not in get_args(Role):
        raise ExamplesInvalid("a message is not an object of `role` (system, user, assistant) and `content`")
    return ChatMessage(cast(Role, found["role"]), _text(found["content"], "content"))


def _list(found: Any, name: str) -> list[Any]:
    if not isinstance(found, list):
        raise ExamplesInvalid(f"`{name}` is not a list")
    return found


def _text(found: Any, name: str) -> str:
    if not isinstance(found, str):
        raise ExamplesInvalid(f"`{name}` is not a text")
    return found
