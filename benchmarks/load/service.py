"""The two servers that are measured, each a process of its own: the fake model and Pilares before it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

import psutil

from assistant.security.accounts import Accounts
from assistant.storage.conversations import Conversations
from benchmarks.start import serving

SETTINGS = """
slm = "fake@{model}/v1"
llm = "fake@{model}/v1"

[server]
load_models = "first-use"

[security]
accounts = true

[limits]
turns_at_once = {places}
"""
Header = Mapping[str, str]
NO_KEY: Header = {}


@dataclass(frozen=True, slots=True)
class Served:
    """Pilares at an address, and who may ask it: a key for each user, and one of the operator's."""

    address: str
    process: int
    keys: list[Header]
    operator: Header


@contextmanager
def model() -> Iterator[tuple[str, int]]:
    """The fake model; gives its address and its process."""
    command = [sys.executable, "-m", "benchmarks.load.fake"]
    fake = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert fake.stdout is not None
        yield fake.stdout.readline().strip(), fake.pid
    finally:
        fake.terminate()
        fake.wait(timeout=10)


@contextmanager
def pilares(model_address: str, users: int, places: int) -> Iterator[Served]:
    """`pilares serve` on a fresh home, with as many accounts as users, once it has nothing more to load."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "pilares.toml").write_text(SETTINGS.format(model=model_address, places=places), encoding="utf-8")
        keys, operator = _accounts(home, users)
        with serving(home, os.environ | {"PILARES_HOME": folder}) as (server, address):
            settle(server.pid)
            yield Served(address.rstrip("/"), server.pid, keys, operator)


def _accounts(home: Path, users: int) -> tuple[list[Header], Header]:
    conversations = Conversations.open(f"sqlite:///{home / 'pilares.db'}")
    try:
        accounts = Accounts(conversations.database)
        people = [accounts.users.add(f"user{number}@example.org") for number in range(users)]
        keys = [_header(accounts.keys.make(each, "load")[1]) for each in people]
        boss = accounts.users.add("boss@example.org", "admin")
        return keys, _header(accounts.keys.make(boss, "load", scopes=["operate"])[1])
    finally:
        conversations.close()


def _header(token: str) -> Header:
    return {"authorization": f"Bearer {token}"}


def settle(process: int, patience_s: float = 120.0) -> None:
    """Wait until a process has had next to nothing to do for two seconds."""
    quiet, waited = 0, 0.0
    while quiet < 2 and waited < patience_s:
        before = cpu_s(process)
        sleep(1.0)
        waited += 1.0
        quiet = quiet + 1 if cpu_s(process) - before < 0.05 else 0


def cpu_s(process: int) -> float:
    """Seconds of the processor that a process has had."""
    times = psutil.Process(process).cpu_times()
    return float(times.user + times.system)
