"""What a strategy is: it looks at a turn, and takes it over or leaves it alone.

A new one is a file in this folder, a class with `name` and `begin`, and its line in `assistant.turn.agent`, before the
search or after it. It is chosen by what was understood (`scene.understanding.intent`), or by whatever else it can tell
cheaply: `begin` is asked on every turn.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.messages import BaseMessage

from assistant.errors import AssistantError
from assistant.turn.answer import Evidence, Route, Tier, TurnRequest, Understanding
from assistant.turn.context import Stopped, TurnContext
from assistant.turn.events import Found, Routed, TurnEvent, Wrote
from assistant.turn.outcome import Aside, Outcome
from assistant.turn.ports import LanguageModels, Role, Searchable

# `TaskState.tool` while a person is asked which document they mean: no tool is called so.
WHICH_DOCUMENT = ":which_document"

LockOf = Callable[[TurnRequest, str, Sequence[Evidence]], str]
"""What keeps a turn of a conversation on this computer, given what a model will read; empty when nothing does
(`assistant.routing.desk.RoutingDesk.lock_of`)."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One turn as a strategy gets it.

    `evidence`, `documents` (names) and `searched` (how many) are empty in a strategy that comes before the search.
    """

    context: TurnContext
    understanding: Understanding
    models: LanguageModels
    library: Searchable
    emit: Callable[[TurnEvent], None]
    evidence: tuple[Evidence, ...] = ()
    documents: tuple[str, ...] = ()
    searched: int = 0
    asked: list[Role] = field(default_factory=list)  # the models that were, in order

    @property
    def language(self) -> str:
        """The language of the turn, "en" or "es"."""
        return self.understanding.language

    def route(self, role: Role | None, reason: str) -> Route:
        """The route to a model (None: no model writes), told to the surface. `reason` is a key of the messages."""
        tier: Tier = "none" if role is None else "slm" if role == "reader" else role
        lock = self.context.keeping.lock
        route = Route(tier, "" if role is None else self.models.name(role), reason, lock=lock)
        self.context.clock.mark("routed")
        self.emit(Routed(route))
        return route

    def keep_here(self, lock_of: LockOf, evidence: Sequence[Evidence]) -> None:
        """Note what keeps the turn on this computer, before a model is asked about documents. Nothing takes it off."""
        keeping, request = self.context.keeping, self.context.request
        keeping.lock = lock_of(request, self.context.conversation_id, evidence) or keeping.lock

    def check_stopped(self) -> None:
        """Raises Stopped when the person has stopped the turn: between one piece of work and the next."""
        if self.context.stopped.is_set():
            raise Stopped

    def found(self, evidence: Sequence[Evidence], searched: int) -> None:
        """Show the passages an answer will rest on, before any of it is written."""
        self.context.clock.mark("found")
        self.emit(Found(tuple(evidence), searched))

    def write(self, text: str) -> None:
        """Show the next piece of the answer."""
        if text:
            self.context.clock.mark("wrote")
            self.emit(Wrote(text))

    def ask(self, role: Role, messages: Sequence[BaseMessage], **options: Any) -> str:
        """What a model says; nothing of it is shown. `options` go to the endpoint (`response_format`, ...).

        Raises ModelError, and Stopped when the person stops the turn.
        """
        return "".join(self.pieces(role, messages, **options))

    def tell(self, role: Role, messages: Sequence[BaseMessage], **options: Any) -> str:
        """What a model says, shown while it is written. Raises as `ask` does."""
        said = ""
        for piece in self.pieces(role, messages, **options):
            self.write(piece)
            said += piece
        return said

    def pieces(self, role: Role, messages: Sequence[BaseMessage], **options: Any) -> Iterator[str]:
        """What a model says, piece by piece."""
        try:
            model: Any = self.models.chat(role)
            self.asked.append(role)
            for chunk in (model.bind(**options) if options else model).stream(list(messages)):
                self.check_stopped()
                yield chunk.text
        except (AssistantError, Stopped):
            raise
        except Exception as error:
            raise self.models.error(role, error) from error


class Strategy(Protocol):
    """One way to answer."""

    name: str

    def prime(self) -> None:
        """Load what the first turn needs."""

    def begin(self, scene: Scene) -> Outcome | Aside | None:
        """Answer the turn, or leave it: None, or an Aside, which is said after the answer that another way gives.

        Raises ModelError; what went wrong with anything else is for the outcome to say.
        """
