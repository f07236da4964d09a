"""Traces: when there are any, where they go, and that nothing is loaded or sent without being asked for."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import ValidationError

from assistant import tracing
from assistant.errors import ConfigurationError
from assistant.models.completions import CompletionClient
from assistant.models.endpoint import Endpoint
from assistant.settings import load_settings
from assistant.telemetry import export
from assistant.telemetry.export import OtelTracer, is_wanted, tracer_of
from assistant.telemetry.settings import TelemetrySettings
from finetune.privacy.presidio import PresidioFinder
from finetune.testing.analyzer import FakeAnalyzer

NOTHING = TelemetrySettings()


class Sink(HTTPServer):
    """A collector that keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[str, Any, ExportTraceServiceRequest]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        self.server.got.append((self.path, self.headers, ExportTraceServiceRequest.FromString(body)))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def one_span(tracer: tracing.Tracer | None) -> None:
    assert tracer is not None
    tracing.follow(tracer)
    with tracing.span("understand", {"pilares.language": "es"}):
        pass
    tracing.follow(None)
    tracer.close()


def test_spans_are_sent_to_the_address_in_the_settings(sink: Sink) -> None:
    one_span(tracer_of(TelemetrySettings(endpoint=f"{sink.address}/"), {}))
    ((path, _, sent),) = sink.got
    assert path == "/v1/traces"
    (of_resource,) = sent.resource_spans
    about = {each.key: each.value.string_value for each in of_resource.resource.attributes}
    assert about["service.name"] == "pilares"
    (span,) = of_resource.scope_spans[0].spans
    assert (span.name, span.attributes[0].value.string_value) == ("understand", "es")


def test_and_else_to_the_address_in_the_variables_with_what_they_say(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": sink.address, "OTEL_EXPORTER_OTLP_HEADERS": "x-token=abc",
        "OTEL_SERVICE_NAME": "front-desk",
    }  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    one_span(tracer_of(NOTHING, variables))
    ((path, headers, sent),) = sink.got
    assert (path, headers["x-token"]) == ("/v1/traces", "abc")
    about = {each.key: each.value.string_value for each in sent.resource_spans[0].resource.attributes}
    assert about["service.name"] == "front-desk"


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_nobody_is_traced_who_did_not_ask_for_it(variables: dict[str, str], wanted: bool) -> None:
    assert is_wanted(NOTHING, variables) is wanted
    assert wanted or tracer_of(NOTHING, variables) is None
    assert is_wanted(TelemetrySettings(endpoint="http://c:4318"), variables)


def test_nothing_is_loaded_without_being_asked_for() -> None:
    code = (
        "import sys; from assistant.telemetry.export import tracer_of; from assistant.settings import Settings;"
        "assert tracer_of(Settings().telemetry, {}) is None;"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'requests'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_protocol_that_is_not_spoken_is_said() -> None:
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    with pytest.raises(ConfigurationError, match="http/protobuf"):
        tracer_of(NOTHING, variables)


def test_what_is_not_installed_is_named_with_the_command_for_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(_: str | None) -> Any:
        raise ImportError("no", name="opentelemetry.exporter")

    monkeypatch.setattr(export, "_exporter", missing)
    with pytest.raises(ConfigurationError, match=r"pip install 'pilares\[telemetry\]'"):
        tracer_of(TelemetrySettings(endpoint="http://c:4318"), {})
    assert tracer_of(NOTHING, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}) is None
    assert "pilares[telemetry]" in caplog.text


@pytest.mark.parametrize("endpoint", ["c:4318", "ftp://c", "http://", ""])
def test_an_address_that_is_none_is_refused(endpoint: str) -> None:
    with pytest.raises(ValidationError, match="not an http"):
        TelemetrySettings(endpoint=endpoint)


def test_the_settings_are_read_from_the_file(tmp_path: Any) -> None:
    (tmp_path / "pilares.toml").write_text('[telemetry]\nendpoint = "http://localhost:4318"\ncontent = true\n')
    assert load_settings(home=tmp_path).telemetry == TelemetrySettings(endpoint="http://localhost:4318", content=True)


def test_a_collector_that_is_away_costs_a_turn_nothing_and_closing_little() -> None:
    tracer = tracer_of(TelemetrySettings(endpoint="http://127.0.0.1:9"), {})
    tracing.follow(tracer)
    before = time.process_time()
    for _ in range(100):
        with tracing.span("understand"):
            pass
    assert time.process_time() - before < 1
    tracing.follow(None)
    assert tracer is not None
    began = time.monotonic()
    tracer.close()
    assert time.monotonic() - began < 20


def test_a_question_of_one_token_is_a_call_with_its_tokens() -> None:
    exporter = InMemorySpanExporter()
    tracer = OtelTracer(exporter, at_once=True)
    body = {
        "choices": [{"logprobs": {"content": [{"token": "yes", "top_logprobs": []}]}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 1},
    }
    client = CompletionClient(
        Endpoint("m", "http://models.test/v1", ""), httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    )
    tracing.follow(tracer)
    with tracing.span("write"):
        client.first_token_logprobs([{"role": "user", "content": "Is it so?"}])
    tracing.follow(None)
    call, step = exporter.get_finished_spans()
    assert call.name == "chat m"
    assert call.parent is not None
    assert call.parent.span_id == step.context.span_id
    assert call.attributes is not None
    assert (call.attributes["gen_ai.usage.input_tokens"], call.attributes["gen_ai.usage.output_tokens"]) == (7, 1)
    tracer.close()


def test_words_in_traces_are_read_by_another_finder_too() -> None:
    finder = PresidioFinder(FakeAnalyzer({"Ana Ruiz": "PERSON"}), ["en"])
    tracer = OtelTracer(InMemorySpanExporter(), content=True, at_once=True, finder=finder)
    tracing.follow(tracer)
    assert tracing.clean("Ana Ruiz, ana@example.org") == "[person_1], [email_1]"
    tracing.follow(None)
    assert tracing.clean("Ana Ruiz") == ""
    tracer.close()
