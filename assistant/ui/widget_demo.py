"""A small website with the widget, served to this computer alone: what it looks like in somebody's page."""

import contextlib
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.errors import ConfigurationError

_TEMPLATE = Path(__file__).parent / "static" / "widget-demo.html"


class DemoSite:
    """Listens on 127.0.0.1 from the moment it is made. Raises ConfigurationError for a port that is in use."""

    def __init__(self, port: int = 0) -> None:
        self._page = b""
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        except OSError as error:
            raise ConfigurationError(
                f"The port {port} cannot be used: {error.strerror}. Choose another with --port, or 0 for a free one."
            ) from None
        self.origin = f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.server_close()

    def show(self, tag: str) -> None:
        """Put this script tag into the page."""
        self._page = _TEMPLATE.read_text(encoding="utf-8").replace("{widget}", tag).encode()

    def serve(self) -> None:
        """Answer until Ctrl+C, or until `stop` is called in another thread."""
        with contextlib.suppress(KeyboardInterrupt):
            self._server.serve_forever()

    def stop(self) -> None:
        """End `serve`."""
        self._server.shutdown()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            server_version, sys_version = "PilaresDemo", f"Python/{sys.version_info[0]}"

            def do_GET(self) -> None:
                found = self.path == "/"
                self.send_response(200 if found else 404)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("cache-control", "no-store")
                self.end_headers()
                self.wfile.write(site._page if found else b"Not found")

            def log_message(self, *_: object) -> None:
                """Say nothing: a demo needs no log."""

        return Handler
