"""Real servers for tests, on loopback, thrown away afterwards: PostgreSQL and Chroma."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

USER, PASSWORD = "tester", "correct horse"
_STARTS_WITHIN_S = 60.0
# Nothing here has to survive a power cut; names sort by a language's rules, which the store must not depend on.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


class ServerNotInstalled(Exception):
    """The programs of the server are not on this computer."""


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(slots=True)
class Server:
    """A process that can be stopped and started again, with its data kept in between."""

    command: Sequence[str]
    port: int
    answers: Callable[[], bool]
    log: Path
    account: dict[str, Any] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.log.parent, **self.account
            )
        until = time.monotonic() + _STARTS_WITHIN_S
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"{self.command[0]} did not start:\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def stop(self, *, kill: bool = False) -> None:
        """Stop it, in an orderly way or not; a second call does nothing."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.kill() if kill else self._process.send_signal(2)
            self._process.wait(timeout=30)
            self._process = None


@contextmanager
def postgres() -> Iterator[Server]:
    """A PostgreSQL server with the superuser USER and its PASSWORD. Raises ServerNotInstalled."""
    programs = _postgres_programs()
    account = _unprivileged()
    folder = Path(mkdtemp(prefix="pilares-pg-"))
    secret = folder / "password"
    secret.write_text(PASSWORD)
    if account:
        for path in (folder, secret):
            shutil.chown(path, account["user"], account["group"])
    data, port = folder / "data", free_port()
    made = [programs / "initdb", "-D", data, "-U", USER, f"--pwfile={secret}", "-A", "scram-sha-256", "-E", "UTF8"]
    locale = ["--no-sync", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"]
    options = ("listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", *_FAST)
    command = [str(programs / "postgres"), "-D", str(data), *(part for each in options for part in ("-c", each))]
    server = Server(command, port, lambda: _postgres_answers(port), folder / "log", account)
    try:
        subprocess.run([*map(str, made), *locale], check=True, capture_output=True, cwd=folder, **account)  # noqa: S603
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def chroma(folder: Path) -> Iterator[Server]:
    """A Chroma server, the one written in Rust, with its data in a folder."""
    program = Path(sys.executable).with_name("chroma")
    if not program.exists():
        raise ServerNotInstalled("`chroma` of the chromadb package is not beside python.")
    port = free_port()
    command = [str(program), "run", "--path", str(folder / "data"), "--host", "127.0.0.1", "--port", str(port)]
    server = Server(command, port, lambda: _listens(port), folder / "log")
    try:
        server.start()
        yield server
    finally:
        server.stop(kill=True)


def url_of(server: Server, database: str = "postgres", password: str = PASSWORD) -> str:
    """The address of a database of the server."""
    return f"postgresql+psycopg://{USER}:{password.replace(' ', '%20')}@127.0.0.1:{server.port}/{database}"


def execute(server: Server, statement: str, database: str = "postgres") -> list[Any]:
    """Run SQL outside of any transaction; returns the rows, if it gives any."""
    import psycopg

    with psycopg.connect(
        host="127.0.0.1", port=server.port, user=USER, password=PASSWORD, dbname=database, autocommit=True
    ) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else []


def _postgres_programs() -> Path:
    """The newest version: Debian keeps the server's programs out of PATH."""
    found = shutil.which("initdb")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found and not installed:
        raise ServerNotInstalled("PostgreSQL is not installed (`apt-get install postgresql`).")
    return (installed[-1] if installed else Path(str(found)).resolve()).parent


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; another account does it then."""
    if os.getuid() != 0:
        return {}
    names = {each.pw_name for each in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _postgres_answers(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD, dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
