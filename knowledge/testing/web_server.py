"""A small web server on loopback whose answers a test writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from threading import Thread

Write = Callable[[BufferedIOBase], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. `write` sends the body by itself instead, as slowly or as long as it likes."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    write: Write | None = None


class WebServer:
    """Answers by path, query included, from `answers`; what is asked stands in `asked` as (path, headers).

    Bodies get an ETag, and who asks with it is answered with 304.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._respond(self)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is logged."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.port = self._server.server_port

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [path for path, _ in self.asked]

    def stop(self) -> None:
        """Stop answering; twice is fine."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def _respond(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append((handler.path, {name.lower(): value for name, value in handler.headers.items()}))
        answer = self.answers.get(handler.path, Answer(b"Not found.", status=404))
        tag = f'"{sha256(answer.body).hexdigest()[:16]}"'
        unchanged = answer.status == 200 and handler.headers.get("If-None-Match") == tag
        body = b"" if unchanged else answer.body
        handler.send_response(304 if unchanged else answer.status)
        handler.close_connection = True  # a stopped server keeps no connection alive
        headers = {"Content-Type": answer.content_type, "Connection": "close", "ETag": tag, **answer.headers}
        if answer.write is None:
            headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        try:
            if answer.write is not None:
                answer.write(handler.wfile)
            else:
                handler.wfile.write(body)
        except OSError:
            return  # the client has had enough
