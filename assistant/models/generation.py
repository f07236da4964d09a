"""One loaded copy of a model, and the way of requests to the copy that serves.

llama.cpp loads adapters only when it starts. So a new adapter means a second copy of the small model beside the first;
new requests go to the second, and the first is freed when its last one is answered.

What a slot has read with one adapter must not be taken for what another would have read. llama.cpp empties a slot when
the request names other adapters than the one before, but not when a request names none, and its cache of prompts in
memory does not look at adapters at all (llama.cpp issue 26207). So every request names every adapter, with 0 or 1, and
a copy with adapters has no such cache.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Protocol

import httpx

from assistant.adapting import at_work
from assistant.errors import ModelUnavailable
from assistant.models.admission import Admission, Pass

SECOND_COPY = 1.6
"""Memory of a second copy, in sizes of the model's file: weights, context and scratch."""


class Generation:
    """One copy of a model; whoever counts `requests` and `turns` holds the engine's lock.

    `adapters` are names, in the order in which the server counts them.
    """

    def __init__(self, server: Any, adapters: Mapping[str, Path]) -> None:
        self.servers = [server]  # a list, so that it can be emptied: the last reference frees the model
        self.address = httpx.URL(server.listening_address)
        self.adapters = dict(adapters)
        self.requests = 0
        self.turns = 0
        self.admission = Admission()
        self._pools = dict[str, Any]()
        self._pooling = Lock()

    @property
    def idle(self) -> bool:
        """Whether nothing is being answered, and no turn counts on it."""
        return not self.requests and not self.turns

    @property
    def closed(self) -> bool:
        """Whether it was freed."""
        return not self.servers

    def send(self, request: Any) -> Any:
        """Send a request here, whichever address it was made for; the answer is of the request's own library."""
        library = library_of(request)
        url = request.url.copy_with(scheme=self.address.scheme, host=self.address.host, port=self.address.port)
        content = request.read()
        if request.method == "POST":
            try:
                content = worded(content, [*self.adapters])
            except KeyError as error:
                raise library.ConnectError(f"the adapter {error} is not loaded") from error
        kept = [
            (name, value) for name, value in request.headers.raw if name.lower() not in (b"host", b"content-length")
        ]
        sent = library.Request(request.method, url, headers=kept, content=content, extensions=request.extensions)
        return self._pool(library).handle_request(sent)

    def _pool(self, library: Any) -> Any:
        with self._pooling:
            if library.__name__ not in self._pools:
                self._pools[library.__name__] = library.HTTPTransport()
            return self._pools[library.__name__]

    def close(self) -> None:
        """Free the model."""
        self.admission.close()
        for pool in self._pools.values():
            pool.close()
        self.servers.clear()


def library_of(request: Any) -> Any:
    """The HTTP library of a request: that of `openai` is another one than ours, with the same names in it."""
    return sys.modules[type(request).__module__.partition(".")[0]]


def adapter_of(content: bytes) -> str:
    """The adapter that a request's body asks for; "" when it names none."""
    try:
        body = json.loads(content)
    except ValueError:
        return ""
    return str(body.get("adapter", "")) if isinstance(body, dict) else ""


def worded(content: bytes, adapters: Sequence[str]) -> bytes:
    """A request's body as llama.cpp reads it: each adapter by its number, with 1 for the one asked for, else 0.

    Raises KeyError when the one asked for is not loaded here.
    """
    try:
        body = json.loads(content)
    except ValueError:
        return content
    if not isinstance(body, dict):
        return content
    asked = body.pop("adapter", "")
    if asked and asked not in adapters:
        raise KeyError(asked)
    if adapters:
        body["lora"] = [{"id": number, "scale": float(name == asked)} for number, name in enumerate(adapters)]
    return json.dumps(body).encode()


class Serving(Protocol):
    """An engine whose copies come and go."""

    def enter(self) -> Generation:
        """The copy that the next request goes to; loads one if need be."""

    def leave(self, generation: Generation) -> None:
        """A request was answered, or given up."""


class ToServing(httpx.BaseTransport):
    """Sends each request to the copy that serves when it is sent, and counts it there until it is answered."""

    def __init__(self, engine: Serving) -> None:
        self._engine = engine

    def handle_request(self, request: Any) -> Any:
        """Send a request."""
        generation, library = self._engine.enter(), library_of(request)
        asked = None
        try:
            if generation.adapters and request.method == "POST":
                asked = generation.admission.enter(adapter_of(request.read()), at_work())
            answer = generation.send(request)
        except BaseException:
            self._left(generation, asked)
            raise
        stream = type("Counted", (_Counted, library.SyncByteStream), {})(
            answer.stream, asked, lambda: self._left(generation, asked)
        )
        return library.Response(answer.status_code, headers=answer.headers, stream=stream, extensions=answer.extensions)

    def _left(self, generation: Generation, asked: Pass | None) -> None:
        if asked is not None:
            generation.admission.leave(asked)
        self._engine.leave(generation)


class Direct(httpx.BaseTransport):
    """The way to one copy, before it serves."""

    def __init__(self, copy: Generation) -> None:
        self._copy = copy

    def handle_request(self, request: Any) -> Any:
        """Send a request."""
        return self._copy.send(request)


class _Counted:
    """A stream that says once when it is over, and notes while its reader is away."""

    def __init__(self, stream: Any, asked: Pass | None, over: Callable[[], None]) -> None:
        self._stream, self._asked, self._over = stream, asked, over
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if self._asked is not None:
                self._asked.handed = monotonic()
            yield piece
            if self._asked is not None:
                self._asked.handed = None

    def close(self) -> None:
        """Close it."""
        try:
            self._stream.close()
        finally:
            if not self._closed:
                self._closed = True
                self._over()


def check_room(model: Path) -> None:
    """Raises ModelUnavailable when a second copy of a model would not fit in memory."""
    import psutil

    size = model.stat().st_size if model.is_file() else 0
    if (free := psutil.virtual_memory().available) < SECOND_COPY * size:
        raise ModelUnavailable(
            f"A second copy of {model.name} takes {SECOND_COPY * size / 1e9:.1f} GB for a moment, and "
            f"{free / 1e9:.1f} GB of memory are free. Start Pilares again to serve the new adapter, or free memory."
        )
