"""Whose trace a request belongs to (https://www.w3.org/TR/trace-context/), where its caller may say so."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.security.person import Person
from assistant.security.rights import Right
from assistant.telemetry.settings import Callers as Trusted
from assistant.tracing import NOBODY, Caller, called_by

_CARRIED = ("traceparent", "tracestate")
_MOST_CHARS = 512


class Callers:
    """ASGI middleware within `Identity`: notes the trace that a caller says a request is part of; its turn becomes one.

    The header also says whether the trace is kept (the samplers "parentbased_..." go by it, the default among them). So
    it counts only from those that `trusted` names: a website's visitors could fill a collector, or keep out of it.
    """

    def __init__(self, app: ASGIApp, trusted: Trusted) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http":
            called_by(_told(Headers(scope=scope)) if self._trusts(scope.get("pilares_person")) else NOBODY)
        await self._app(scope, receive, send)

    def _trusts(self, person: Person | None) -> bool:
        if person is None or self._trusted == "nobody":
            return False
        return self._trusted == "visitors" or not person.may(Right.VISIT)


def _told(headers: Headers) -> Caller:
    found = {name: headers[name] for name in _CARRIED if name in headers and len(headers[name]) <= _MOST_CHARS}
    return found if "traceparent" in found else NOBODY
