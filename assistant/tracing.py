"""Where a turn spends its time, as spans: begun wherever something is done, kept by whatever was set up to keep them.

Nothing here knows OpenTelemetry (`assistant.telemetry` does). The span at work travels with the turn's thread and the
threads LangGraph runs its steps in (they copy the context), like `assistant.metering`. Without a tracer every call is
next to free.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Value = str | bool | int | float | Sequence[str]
Attributes = Mapping[str, Value]
Caller = Mapping[str, str]
"""Who caused a turn: the headers `traceparent` and `tracestate` (W3C Trace Context), if they came."""


class NoFault(Exception):
    """Base of what ends a step without anything being wrong."""


class Span(Protocol):
    """Something that takes time."""

    def note(self, attributes: Attributes) -> None:
        """Say more of it."""

    def end(self, error: str = "") -> None:
        """It is over; `error` is the type of what went wrong. Ending it again does nothing."""


class Tracer(Protocol):
    """Keeps spans. `content` is whether words of people, documents and models may be in them."""

    @property
    def content(self) -> bool:
        """Whether words may be kept."""

    def clean(self, text: str) -> str:
        """Words without personal data and keys, as they may be kept."""

    def begin(self, name: str, attributes: Attributes, parent: Span | None, caller: Caller, *, calls: bool) -> Span:
        """Begin a span; `caller` counts for one without a parent, `calls` says that another program is called."""

    def close(self) -> None:
        """Send what is left; waits a few seconds at most."""


class _NoSpan:
    def note(self, attributes: Attributes) -> None: ...

    def end(self, error: str = "") -> None: ...


NO_SPAN: Span = _NoSpan()
NOBODY: Caller = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _At:
    tracer: Tracer
    span: Span | None
    caller: Caller


_at: ContextVar[_At | None] = ContextVar("pilares_span", default=None)
_caller: ContextVar[Caller] = ContextVar("pilares_caller", default=NOBODY)


def called_by(caller: Caller) -> None:
    """From here on, this thread or task works for `caller`."""
    _caller.set(caller)


def caller() -> Caller:
    """Whom this thread or task works for."""
    return _caller.get()


def follow(tracer: Tracer | None, caller: Caller = NOBODY) -> None:
    """From here on, what this thread and what it starts do is kept by `tracer`."""
    _at.set(None if tracer is None else _At(tracer, None, caller))


def keeps_content() -> bool:
    """Whether words may be noted here."""
    at = _at.get()
    return at is not None and at.tracer.content


def clean(text: str) -> str:
    """Words as they may be noted here; none where nothing may (`keeps_content`)."""
    at = _at.get()
    return "" if at is None else at.tracer.clean(text)


def begin(name: str, attributes: Attributes, *, calls: bool = False) -> Span:
    """A span within the one at work, for whoever ends it elsewhere."""
    at = _at.get()
    return NO_SPAN if at is None else at.tracer.begin(name, attributes, at.span, at.caller, calls=calls)


@contextmanager
def span(name: str, attributes: Attributes | None = None, *, calls: bool = False) -> Iterator[Span]:
    """A span as long as the block; spans begun in it are within it. What is raised passes, and is noted by its type."""
    at = _at.get()
    if at is None:
        yield NO_SPAN
        return
    made = begin(name, attributes or {}, calls=calls)
    token = _at.set(_At(at.tracer, made, at.caller))
    try:
        yield made
    except (NoFault, GeneratorExit):
        raise
    except BaseException as error:
        made.end(type(error).__name__)
        raise
    finally:
        _at.reset(token)
        made.end()


def step(name: str, attributes: Attributes | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Makes a span of every call of a method."""

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @wraps(method)
        def traced(*args: P.args, **kwargs: P.kwargs) -> R:
            with span(name, attributes):
                return method(*args, **kwargs)

        return traced

    return decorate
