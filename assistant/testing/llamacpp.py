"""A llama.cpp that holds no model."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar


class FakeLlamaCpp:
    """Stands in for `xllamacpp.Server`: says with which adapters it was loaded; waits while `go_on` is not set.

    An adapter whose folder is called `broken` cannot be loaded.
    """

    made: ClassVar[list["FakeLlamaCpp"]] = []

    def __init__(self, parameters: Any) -> None:
        if any("broken" in each.path for each in parameters.lora_adapters):
            raise RuntimeError("failed to load adapter")
        self.paths = [Path(each.path).parent.name for each in parameters.lora_adapters]
        self.cache = parameters.cache_ram_mib
        self.scales = [each.scale for each in parameters.lora_adapters]
        self.answering, self.go_on = Event(), Event()
        self.go_on.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Says which adapters the request switched on."""
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.answering.set()
                outer.go_on.wait(10)
                on = [outer.paths[each["id"]] for each in body.get("lora", ()) if each["scale"]]
                answer = json.dumps({"said": on, "server": outer.paths}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.listening_address = f"http://127.0.0.1:{self._server.server_port}"
        self.made.append(self)

    def end(self) -> None:
        """Stop answering."""
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
