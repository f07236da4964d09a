"""What the steps of one turn share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from time import perf_counter
from typing import Annotated, Any, NotRequired

from langchain.agents.middleware import AgentState
from langchain.agents.middleware.types import PrivateStateAttr

from assistant.adapting import Adapting
from assistant.grounding.judge import Sifted
from assistant.locality import Keeping
from assistant.metering import Tally
from assistant.tracing import NOBODY, Caller, NoFault
from assistant.turn.answer import Answer, Citation, Evidence, Route, Support, Timings, TurnRequest, Understanding, Usage
from assistant.turn.fence import new_mark
from assistant.turn.listing import Swept
from assistant.turn.outcome import Aside, Outcome


class Stopped(NoFault):
    """Raised inside the model's stream to end it."""


class Clock:
    """Measures a turn in milliseconds from its beginning (monotonic)."""

    def __init__(self) -> None:
        self._start = perf_counter()
        self._marks: dict[str, float] = {}

    def mark(self, name: str) -> None:
        """Note the time of the first occurrence of something."""
        self._marks.setdefault(name, self.elapsed())

    def elapsed(self) -> float:
        """Milliseconds since the turn began."""
        return (perf_counter() - self._start) * 1000

    def since(self, name: str) -> float:
        """Milliseconds since something happened; 0 when it did not."""
        return self.elapsed() - self._marks[name] if name in self._marks else 0.0

    def timings(self) -> Timings:
        """The marks as they are stored with the answer: durations of the steps, moments of the rest."""
        at = self._marks.get
        understood, found = at("understood", 0.0), at("found", 0.0)
        return Timings(
            understand_ms=round(understood, 1),
            retrieve_ms=round(max(0.0, found - understood), 1),
            route_ms=round(max(0.0, at("routed", 0.0) - max(found, understood)), 1),
            evidence_ms=round(found, 1),
            first_token_ms=round(self._marks["wrote"], 1) if "wrote" in self._marks else None,
            total_ms=round(self.elapsed(), 1),
        )


@dataclass(slots=True)
class TurnContext:
    """One turn: the request, where it is stored, its clock, and whether the person pressed stop.

    `keeping` says why it stays on this computer, `tally` counts its tokens, `adapting` holds the model it has begun
    with, `joules` is what the energy counter showed when models began to work. `task` names the task that runs in the
    conversation: it keeps its model. `caller` is whose trace the turn belongs to. `mark` frames the lines of documents.
    """

    request: TurnRequest
    turn_id: str
    conversation_id: str
    answer_id: str
    clock: Clock = field(default_factory=Clock)
    stopped: Event = field(default_factory=Event)
    keeping: Keeping = field(default_factory=Keeping)
    tally: Tally = field(default_factory=Tally)
    adapting: Adapting = field(default_factory=Adapting)
    task: str = ""
    joules: float | None = None
    aside: Aside | None = None
    caller: Caller = field(default_factory=lambda: NOBODY)
    mark: str = field(default_factory=new_mark)


class TurnState(AgentState[Any]):
    """What the steps find out, in the order in which they find it out."""

    understanding: NotRequired[Annotated[Understanding, PrivateStateAttr]]
    evidence: NotRequired[Annotated[tuple[Evidence, ...], PrivateStateAttr]]
    searched: NotRequired[Annotated[int, PrivateStateAttr]]
    documents: NotRequired[Annotated[tuple[str, ...], PrivateStateAttr]]
    swept: NotRequired[Annotated[Swept | None, PrivateStateAttr]]
    outcome: NotRequired[Annotated[Outcome, PrivateStateAttr]]
    route: NotRequired[Annotated[Route, PrivateStateAttr]]
    sifted: NotRequired[Annotated[Sifted, PrivateStateAttr]]
    quoted: NotRequired[Annotated[bool, PrivateStateAttr]]
    abstained: NotRequired[Annotated[bool, PrivateStateAttr]]
    text: NotRequired[Annotated[str, PrivateStateAttr]]
    citations: NotRequired[Annotated[tuple[Citation, ...], PrivateStateAttr]]
    support: NotRequired[Annotated[tuple[Support, ...], PrivateStateAttr]]
    usage: NotRequired[Annotated[Usage, PrivateStateAttr]]
    answer: NotRequired[Annotated[Answer, PrivateStateAttr]]


Emit = Callable[[Any], None]
