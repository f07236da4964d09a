"""A server of somebody else's on this computer, that must never hear anything."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Sink:
    """Its address, without a slash at the end, and the paths that it was asked for. `pages` are HTML that it serves."""

    address: str = ""
    heard: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)


@contextmanager
def listening() -> Iterator[Sink]:
    """A sink for as long as the block lasts."""
    sink = Sink()

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = sink.pages.get(self.path)
            if page is None:
                sink.heard.append(self.path)
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((page or "").encode())

        do_POST = do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *_: object) -> None: ...

    # Chromium opens a connection ahead of a request that its policy then stops: it must not keep the server.
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    sink.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
