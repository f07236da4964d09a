"""GET /metrics: what Prometheus collects. Numbers alone: no names of people, no words of anybody."""

import time

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.running import RunningTurns
from assistant.turn.answer import Answer

SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60, 180)
OTHER = "other"
"""The route of what no route of the API answered, the page's files among it: addresses are made up by whoever asks."""


class Metrics:
    """The counters of one application, in a registry of its own; answers of `turns` are counted from now on."""

    def __init__(self, turns: RunningTurns) -> None:
        self._registry = CollectorRegistry()
        own = self._registry
        self.requests = Counter("pilares_requests", "Requests answered.", ("method", "route", "status"), registry=own)
        self.seconds = Histogram(
            "pilares_request_seconds",
            "Time until the beginning of the response.",
            ("route",),
            buckets=SECONDS,
            registry=own,
        )
        self.answers = Counter(
            "pilares_answers", "Answers by the model that gave them.", ("tier", "abstained"), registry=own
        )
        self.tokens = Counter("pilares_tokens", "Tokens of language models.", ("direction",), registry=own)
        self.cost = Counter("pilares_cost", "Cost of answers, in the currency of the prices.", registry=own)
        self.answer_seconds = Histogram(
            "pilares_answer_seconds", "Time of a turn.", ("tier",), buckets=SECONDS, registry=own
        )
        Gauge("pilares_turns", "Turns running or waiting.", registry=own).set_function(lambda: len(turns))
        Gauge("pilares_turns_waiting", "Turns waiting for a place.", registry=own).set_function(lambda: turns.waiting)
        turns.on_answer = self.answered

    def answered(self, answer: Answer) -> None:
        """Count a finished answer."""
        usage, tier = answer.usage, answer.route.tier
        self.answers.labels(tier, str(answer.abstained).lower()).inc()
        self.tokens.labels("read").inc(usage.input_tokens)
        self.tokens.labels("written").inc(usage.output_tokens)
        self.cost.inc(usage.cost)
        self.answer_seconds.labels(tier).observe(answer.timings.total_ms / 1000)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)


class Counted:
    """ASGI middleware: counts requests by their route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count it when its response begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", OTHER)
                self._metrics.requests.labels(scope["method"], route, str(message["status"])).inc()
                self._metrics.seconds.labels(route).observe(time.monotonic() - began)
            await send(message)

        await self._app(scope, receive, counted)


def metrics_routes(metrics: Metrics) -> APIRouter:
    """The route, bound to the counters."""
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    def show() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return router
