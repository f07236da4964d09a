"""Spans through OpenTelemetry's SDK, sent as OTLP over HTTP: the one place that imports it.

The provider is ours alone, not the process's: libraries that trace themselves would otherwise send what they like.
"""

import logging
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from assistant.errors import ConfigurationError
from assistant.security.redaction import redacted
from assistant.telemetry.conventions import ERROR, NAME
from assistant.telemetry.settings import TelemetrySettings
from assistant.tracing import Attributes, Caller, Span, Tracer
from finetune.privacy.spans import Finder, nothing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as OtelSpan

log = logging.getLogger(__name__)
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN = "http/protobuf"
PATIENCE_S, CLOSING_MS = 5.0, 3_000
HOW = "pip install 'pilares[telemetry]'"


def tracer_of(settings: TelemetrySettings, environment: Mapping[str, str], finder: Finder = nothing) -> Tracer | None:
    """What keeps the spans of an installation; None where nobody asked for traces.

    `finder` finds personal data in words that are kept, beside our own rules.
    Raises ConfigurationError when traces are asked for in the settings and cannot be sent.
    """
    if not is_wanted(settings, environment):
        return None
    protocol = next((environment[name] for name in PROTOCOLS if environment.get(name)), SPOKEN)
    if settings.endpoint is None and protocol != SPOKEN:
        raise ConfigurationError(
            f"Traces are sent as {SPOKEN}, and OTEL_EXPORTER_OTLP_PROTOCOL says {protocol}. Set it to {SPOKEN} and "
            "give the address for it (usually port 4318)."
        )
    try:
        return OtelTracer(_exporter(settings.endpoint), content=settings.content, finder=finder)
    except ImportError as error:
        if settings.endpoint is not None:
            raise ConfigurationError(f"telemetry.endpoint is set, and {error.name} is not installed: {HOW}.") from None
        log.warning("OTEL_* variables ask for traces, which are not sent: %s is not installed (%s)", error.name, HOW)
        return None


def is_wanted(settings: TelemetrySettings, environment: Mapping[str, str]) -> bool:
    """Whether traces are asked for. `OTEL_SDK_DISABLED` and `OTEL_TRACES_EXPORTER=none` say no to the variables."""
    if settings.endpoint is not None:
        return True
    off = (
        environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none"
    )
    return not off and any(environment.get(name) for name in ENDPOINTS)


def _exporter(endpoint: str | None) -> "SpanExporter":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    # Without an address it reads the variables itself, headers and certificates among them.
    if endpoint is None:
        return OTLPSpanExporter()
    return OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=PATIENCE_S)


def _version() -> str:
    try:
        return version(NAME)
    except PackageNotFoundError:
        return "unknown"


class OtelTracer:
    """`Tracer` over the SDK. Spans are sent from a thread of their own; a collector that is away costs no turn time."""

    def __init__(
        self, exporter: "SpanExporter", *, content: bool = False, at_once: bool = False, finder: Finder = nothing
    ) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self.content, self._finder = content, finder
        resource = Resource.create({"service.version": _version()})
        if str(resource.attributes["service.name"]).startswith("unknown_service"):  # OTEL_SERVICE_NAME says nothing
            resource = resource.merge(Resource({"service.name": NAME}))
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor((SimpleSpanProcessor if at_once else BatchSpanProcessor)(exporter))
        self._tracer = self._provider.get_tracer(NAME, _version())
        self._incoming = TraceContextTextMapPropagator()

    def clean(self, text: str) -> str:
        """Words without personal data and keys."""
        return redacted(text, self._finder)

    def begin(self, name: str, attributes: Attributes, parent: Span | None, caller: Caller, *, calls: bool) -> Span:
        """Begin a span."""
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind, set_span_in_context

        if isinstance(parent, OtelTurnSpan):
            within = set_span_in_context(parent.span, Context())
        else:
            within = self._incoming.extract(caller, Context())
        kind = SpanKind.CLIENT if calls else SpanKind.INTERNAL
        return OtelTurnSpan(self._tracer.start_span(name, within, kind, dict(attributes)))

    def close(self) -> None:
        """Send what is left, for a few seconds."""
        self._provider.force_flush(CLOSING_MS)
        self._provider.shutdown()


class OtelTurnSpan:
    """`Span` over one of the SDK's."""

    def __init__(self, span: "OtelSpan") -> None:
        self.span = span

    def note(self, attributes: Attributes) -> None:
        """Say more of it."""
        given: dict[str, Any] = dict(attributes)
        self.span.set_attributes(given)

    def end(self, error: str = "") -> None:
        """It is over. What an error says may quote people; only its type is kept."""
        from opentelemetry.trace import StatusCode

        if not self.span.is_recording():
            return
        if error:
            self.span.set_attribute(ERROR, error)
            self.span.set_status(StatusCode.ERROR)
        self.span.end()
