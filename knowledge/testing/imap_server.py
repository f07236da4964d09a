"""A small IMAP server on loopback (RFC 3501, as much as reading a mailbox takes)."""

import re
import ssl
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread


@dataclass(slots=True)
class Mailbox:
    """Messages by UID; `deleted` are those that are marked, `validity` changes when the UIDs start anew."""

    messages: dict[int, bytes] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    validity: int = 7
    next_uid: int = 1

    def add(self, message: bytes) -> int:
        """Take in one message; its UID."""
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.messages[uid] = message
        return uid


class ImapServer:
    """Answers for one account. `commands` are those that came, without their tags.

    With `certificate`, a file with key and certificate, it speaks TLS.
    """

    def __init__(self, user: str, password: str, certificate: str | None = None) -> None:
        self.mailboxes = {"INBOX": Mailbox()}
        self.commands: list[str] = []
        self.account = (user, password)
        outer = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                outer._serve(self)

        class Server(ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that does not trust the certificate goes away."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        self._open: list[StreamRequestHandler] = []
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up and answer no more; twice is fine."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        for handler in self._open:
            try:
                handler.connection.shutdown(2)
            except OSError:
                continue  # has gone by itself

    def _serve(self, handler: StreamRequestHandler) -> None:
        self._open.append(handler)
        session = _Session(self)
        handler.wfile.write(b"* OK ready\r\n")
        for line in handler.rfile:
            tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
            self.commands.append(command)
            try:
                handler.wfile.write(session.answer(tag, command))
            except OSError:
                return
            if command.upper().startswith("LOGOUT"):
                return


class _Session:
    def __init__(self, server: ImapServer) -> None:
        self._server = server
        self._box: Mailbox | None = None
        self._known = False

    def answer(self, tag: str, command: str) -> bytes:
        word, _, rest = command.partition(" ")
        if word.upper() == "UID":
            word, _, rest = rest.partition(" ")
        answers = {"CAPABILITY": self._capability, "LOGIN": self._login, "EXAMINE": self._examine}
        answers |= {"SEARCH": self._search, "FETCH": self._fetch, "LOGOUT": self._logout}
        act = answers.get(word.upper())
        lines, end = act(rest) if act else (b"", b"BAD not here")
        return lines + tag.encode() + b" " + end + b"\r\n"

    def _capability(self, rest: str) -> tuple[bytes, bytes]:
        return b"* CAPABILITY IMAP4rev1\r\n", b"OK done"

    def _login(self, rest: str) -> tuple[bytes, bytes]:
        given = tuple(
            part.replace('\\"', '"').replace("\\\\", "\\") for part in re.findall(r'"((?:[^"\\]|\\.)*)"', rest)
        )
        self._known = given == self._server.account
        return b"", b"OK done" if self._known else b"NO [AUTHENTICATIONFAILED] wrong account or password"

    def _examine(self, rest: str) -> tuple[bytes, bytes]:
        self._box = self._server.mailboxes.get(rest.strip('"')) if self._known else None
        if self._box is None:
            return b"", b"NO there is no such folder"
        about = f"* {len(self._box.messages)} EXISTS\r\n* OK [UIDVALIDITY {self._box.validity}] valid\r\n"
        return about.encode(), b"OK [READ-ONLY] done"

    def _search(self, rest: str) -> tuple[bytes, bytes]:
        assert self._box is not None
        found = [uid for uid in self._box.messages if "UNDELETED" not in rest or uid not in self._box.deleted]
        return b"* SEARCH " + " ".join(map(str, found)).encode() + b"\r\n", b"OK done"

    def _fetch(self, rest: str) -> tuple[bytes, bytes]:
        assert self._box is not None
        lines = b""
        for uid in map(int, rest.partition(" ")[0].split(",")):
            message = self._box.messages.get(uid)
            if message is not None and "BODY.PEEK[]" in rest:
                lines += f"* {uid} FETCH (UID {uid} BODY[] {{{len(message)}}}\r\n".encode() + message + b")\r\n"
            elif message is not None:
                day = f'"{uid % 28 + 1:2d}-Feb-2026 10:00:00 +0100"'
                lines += f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(message)} INTERNALDATE {day})\r\n".encode()
        return lines, b"OK done"

    def _logout(self, rest: str) -> tuple[bytes, bytes]:
        return b"* BYE\r\n", b"OK done"
