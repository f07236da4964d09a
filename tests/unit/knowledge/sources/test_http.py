"""The client for servers that are not trusted: where it may connect, and how much and how long it listens."""

import gzip
import socket
import ssl
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BufferedIOBase
from pathlib import Path
from threading import Event, Thread

import pytest

from knowledge.errors import SourceError
from knowledge.sources.addresses import AddressGuard
from knowledge.sources.http import HttpClient
from knowledge.sources.limits import SourceLimits
from knowledge.testing.source import assert_sentence, refusal
from knowledge.testing.web_server import Answer, WebServer

CERTIFICATE = Path(__file__).parent / "loopback.pem"
LIMITS = SourceLimits(max_file_bytes=100_000, connect_seconds=0.5, read_seconds=0.5, total_seconds=1.0)


@pytest.fixture
def server() -> Iterator[WebServer]:
    server = WebServer()
    server.answers["/"] = Answer(b"hello")
    yield server
    server.stop()


def _client(resolve: Callable[[str, int], Sequence[str]] | None = None, private: bool = True) -> HttpClient:
    return HttpClient("Pilares", LIMITS, AddressGuard(private, resolve) if resolve else AddressGuard(private))


def _refused(url: str, client: HttpClient | None = None) -> str:
    error = refusal(lambda: (client or _client()).get(url))
    assert_sentence(error)
    return str(error)


def test_it_fetches(server: WebServer) -> None:
    answer = _client().get(f"{server.url}/#part", {"X-Asked": "yes"})
    assert (answer.status, answer.body, answer.content_type) == (200, b"hello", "text/html")
    path, headers = server.asked[0]
    assert (path, headers["host"], headers["user-agent"]) == ("/", f"127.0.0.1:{server.port}", "Pilares")
    assert headers["x-asked"] == "yes"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "0",
        "0.0.0.0",
        "0x7f.1",
        "2130706433",
        "127.1",
        "localhost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
    ],
)
def test_no_address_inside_the_network_is_connected_to(host: str, server: WebServer) -> None:
    assert "inside the network" in _refused(f"http://{host}:{server.port}/", _client(private=False))
    assert server.asked == []


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "168.63.129.16", "0.0.0.0", "[::ffff:169.254.169.254]"],
)
def test_an_intranet_does_not_open_the_machines_own_services(host: str) -> None:
    assert "inside the network" in _refused(f"http://{host}/")


def test_a_name_with_a_private_address_is_refused(server: WebServer) -> None:
    client = _client(lambda host, port: ["93.184.216.34", "127.0.0.1"], private=False)
    assert "rebind.test has an address inside the network (127.0.0.1)" in _refused("http://rebind.test/", client)


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    stuck = Event()
    began = time.monotonic()
    try:
        said = _refused("http://slow.test/", _client(lambda host, port: [str(stuck.wait(30))]))
    finally:
        stuck.set()
    assert "slow.test could not be looked up within 0.5 s" in said
    assert time.monotonic() - began < 10


def test_the_address_that_was_checked_is_the_one_connected_to(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name is public when it is checked and would be private the next time it is asked."""
    connected: list[str] = []

    def create_connection(address: tuple[str, int], *arguments: object, **options: object) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    monkeypatch.setattr(socket, "create_connection", create_connection)
    _refused("http://rebind.test/", _client(lambda host, port: next(answers), private=False))
    assert connected == ["93.184.216.34"]
    assert next(answers) == ["127.0.0.1"]  # was never asked for


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("http://169.254.169.254/latest/meta-data/", "inside the network"),
        ("http://[::ffff:169.254.169.254]/", "inside the network"),
        ("file:///etc/passwd", "nothing else is fetched"),
        ("gopher://127.0.0.1/", "nothing else is fetched"),
        ("http://user:word@127.0.0.1/", "holds a user name"),
        ("http://host:port/", "not an address"),
    ],
)
def test_redirects_are_checked_like_the_first_address(server: WebServer, target: str, why: str) -> None:
    server.answers["/"] = Answer(status=302, headers={"Location": target})
    assert why in _refused(server.url)
    assert server.paths() == ["/"]


def test_a_public_site_cannot_send_to_loopback(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop is public (and answered by the test's server), the second is loopback and gets no visit."""
    real = socket.create_connection
    sink = WebServer()

    def create_connection(address: tuple[str, int], *arguments: object, **options: object) -> socket.socket:
        assert address[0] == "93.184.216.34"
        return real(("127.0.0.1", server.port))

    monkeypatch.setattr(socket, "create_connection", create_connection)
    server.answers["/"] = Answer(status=302, headers={"Location": f"http://127.0.0.1:{sink.port}/"})
    known = {"public.test": ["93.184.216.34"], "127.0.0.1": ["127.0.0.1"]}
    assert "127.0.0.1" in _refused("http://public.test/", _client(lambda host, port: known[host], private=False))
    assert (server.paths(), sink.asked) == (["/"], [])
    sink.stop()


def test_five_redirects_are_followed_and_no_more(server: WebServer) -> None:
    for number in range(7):
        server.answers[f"/{number}"] = Answer(status=301, headers={"Location": f"/{number + 1}"})
    server.answers["/7"] = Answer(b"there")
    assert _client().get(f"{server.url}/2").body == b"there"
    assert "leads on and on" in _refused(f"{server.url}/1")


def test_a_redirect_that_is_not_wanted_is_the_answer(server: WebServer) -> None:
    server.answers["/"] = Answer(status=302, headers={"Location": "http://elsewhere.test/"})
    assert _client().get(server.url, may_follow=lambda url: False).status == 302


def test_a_name_that_is_not_known(server: WebServer) -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert "nowhere.test is not known" in _refused("http://nowhere.test/", _client(unknown))


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    assert "cannot be fetched" in _refused(f"http://127.0.0.1:{port}/")


def test_the_next_address_is_tried_when_one_does_not_answer(server: WebServer) -> None:
    client = _client(lambda host, port: ["127.0.0.2", "127.0.0.1"])
    assert client.get(f"http://two.test:{server.port}/").body == b"hello"


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_byte_now_and_then_does_not_keep_it_waiting(part: str) -> None:
    with _raw_server(
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" if part == "body" else b"HTTP/1.1 200 OK\r\n"
    ) as url:
        started = time.monotonic()
        assert "cannot be fetched" in _refused(url)
        assert time.monotonic() - started < LIMITS.total_seconds + 1


def test_too_large_a_body_is_refused(server: WebServer) -> None:
    server.answers["/"] = Answer(b"x" * 100_001)
    assert "larger than the 100,000 bytes" in _refused(server.url)
    server.answers["/"] = Answer(b"x" * 100_000)
    assert len(_client().get(server.url).body) == 100_000


def test_an_endless_body_is_refused(server: WebServer) -> None:
    def pour(stream: BufferedIOBase) -> None:
        while True:
            stream.write(b"x" * 10_000)

    server.answers["/"] = Answer(write=pour)
    assert "larger than" in _refused(server.url)


def test_packed_bodies_are_unpacked_and_bombs_are_not(server: WebServer) -> None:
    packed = {"Content-Encoding": "gzip"}
    server.answers["/fine"] = Answer(gzip.compress(b"words " * 1000), headers=packed)
    server.answers["/bomb"] = Answer(gzip.compress(bytes(50_000_000)), headers=packed)
    server.answers["/cut"] = Answer(gzip.compress(b"words " * 1000)[:-9], headers=packed)
    server.answers["/lie"] = Answer(b"words", headers=packed)
    server.answers["/other"] = Answer(b"words", headers={"Content-Encoding": "br"})
    assert _client().get(f"{server.url}/fine").body == b"words " * 1000
    tracemalloc.start()
    try:
        assert "larger than" in _refused(f"{server.url}/bomb")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert "ended before" in _refused(f"{server.url}/cut")
    assert "unpacked" in _refused(f"{server.url}/lie")
    assert "'br'" in _refused(f"{server.url}/other")


def test_a_body_that_ends_early_is_refused(server: WebServer) -> None:
    server.answers["/"] = Answer(b"half", headers={"Content-Length": "8"})
    assert "cannot be fetched" in _refused(server.url)


def test_media_is_not_downloaded(server: WebServer) -> None:
    server.answers["/"] = Answer(b"x" * 1_000_000, content_type="video/mp4")
    assert _client().get(server.url).body == b""


def test_proxies_of_the_environment_are_not_used(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert _client().get(server.url).body == b"hello"


@pytest.mark.parametrize(
    "url", ["ftp://a.test/", "file:///etc/passwd", "//a.test", "nonsense", "http://", "http://a\x00b/"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    _refused(url)


def test_a_backslash_does_not_hide_the_host(server: WebServer) -> None:
    """Two parsers could read two hosts; there is one parser, and what it reads is what is connected to."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    refusal(lambda: _client(resolve, private=False).get("http://a.test\\@127.0.0.1/"))
    assert asked in ([], ["127.0.0.1"], ["a.test"])


def test_the_certificate_is_verified_for_the_host_that_was_asked_for() -> None:
    with _tls_server() as port:
        known = _client(lambda host, port: ["127.0.0.1"])
        assert "cannot be fetched" in _refused(f"https://pilares.test:{port}/", known)
        trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
        guard = AddressGuard(True, lambda host, port: ["127.0.0.1"])
        assert HttpClient("Pilares", LIMITS, guard, trusting).get(f"https://pilares.test:{port}/").body == b"safe"
        other = HttpClient("Pilares", LIMITS, guard, trusting)
        assert "cannot be fetched" in _refused(f"https://other.test:{port}/", other)


class _raw_server:
    """Sends a beginning, then a byte every tenth of a second."""

    def __init__(self, beginning: bytes) -> None:
        self._beginning = beginning
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> str:
        Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            try:
                connection.recv(4096)
                connection.sendall(self._beginning)
                while True:
                    connection.sendall(b"x")
                    time.sleep(0.1)
            except OSError:
                return


class _tls_server:
    def __enter__(self) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"safe")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda request, address: None  # type: ignore[method-assign]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self._server.server_port

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_errors_are_of_this_package() -> None:
    with pytest.raises(SourceError):
        _client().get("http://127.0.0.1:9/")
