"""Against a server that speaks S3 and checks signatures, and against fsspec's own file system in memory."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncssh
import fsspec
import pytest

from knowledge.sources.config import SourceConfig
from knowledge.sources.kinds import audience_of, open_source
from knowledge.sources.limits import SourceLimits
from knowledge.sources.source import Gap, Source
from knowledge.testing.source import Opened, Place, SourceConformance, listed, refusal

KEY, SECRET = "an-account", "swordfish-and-chips"
RCLONE = shutil.which("rclone", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not start")


class Server:
    """Serves the buckets in a folder; started when it is needed, and again when a test has ended it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self) -> None:
        if self._process is not None:
            return
        assert RCLONE is not None
        command = [RCLONE, "serve", "s3", str(self.folder), "--addr", f"127.0.0.1:{self.port}", "--config", os.devnull]
        command += ["--auth-key", f"{KEY},{SECRET}", "--dir-cache-time", "0s", "--vfs-cache-mode", "off"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.port)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Bucket(Opened):
    """A bucket of its own on the server; files are laid into the server's folder."""

    def __init__(self, server: Server, name: str) -> None:
        super().__init__()
        self.server, self.name = server, name
        self.folder = server.folder / name / "papers"
        self.folder.mkdir(parents=True)
        server.start()

    def open(self, secret: str = SECRET, url: str = "s3://{bucket}/papers", **options: object) -> Source:
        storage = {"endpoint": f"http://127.0.0.1:{self.server.port}", "region": "us-east-1", "access_key_id": KEY}
        told = {
            "url": url.format(bucket=self.name),
            "storage": {**storage, "secret_access_key_env": "S3_SECRET"},
            **options,
        }
        config = SourceConfig(name="papers", kind="fsspec", options=told)
        limits = SourceLimits(connect_seconds=1, read_seconds=1, total_seconds=5, max_file_bytes=10_000)
        return self.keep(open_source(config, limits, {"S3_SECRET": secret}))

    def put(self, name: str, text: str) -> None:
        path = Path(os.path.normpath(self.folder / name))
        if not path.is_relative_to(self.folder):
            raise ValueError(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def go_down(self) -> None:
        self.server.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("buckets"))
    yield server
    server.stop()


@pytest.fixture
def bucket(server: Server) -> Iterator[Bucket]:
    bucket = Bucket(server, f"bucket-{uuid4().hex}")
    yield bucket
    bucket.close()


class TestS3(SourceConformance):
    secrets = (SECRET,)

    @pytest.fixture
    def place(self, bucket: Bucket) -> Place:
        return bucket


class Vault(Opened):
    """A folder on a server that speaks SFTP."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        assert RCLONE is not None
        self.folder = folder / "served" / "papers"
        self.folder.mkdir(parents=True)
        self.known = folder / "known_hosts"
        key = folder / "host"
        made = asyncssh.generate_private_key("ssh-ed25519")
        made.write_private_key(str(key))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.known.write_text(f"[127.0.0.1]:{self.port} {made.export_public_key().decode()}")
        command = [
            RCLONE,
            "serve",
            "sftp",
            str(folder / "served"),
            "--addr",
            f"127.0.0.1:{self.port}",
            "--key",
            str(key),
        ]
        command += ["--user", "ana", "--pass", SECRET, "--config", os.devnull, "--dir-cache-time", "0s"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.port)

    def open(self, secret: str = SECRET, known_hosts: str | None = None, scheme: str = "sftp") -> Source:
        told = {"password_env": "SFTP_SECRET", "known_hosts": known_hosts or str(self.known), "config": []}
        options = {"url": f"{scheme}://ana@127.0.0.1:{self.port}/papers", "storage": told}
        config = SourceConfig(name="papers", kind="fsspec", options=options)
        limits = SourceLimits(connect_seconds=2, read_seconds=2, total_seconds=5, max_file_bytes=10_000)
        return self.keep(open_source(config, limits, {"SFTP_SECRET": secret}))

    def put(self, name: str, text: str) -> None:
        path = Path(os.path.normpath(self.folder / name))
        if not path.is_relative_to(self.folder):
            raise ValueError(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def go_down(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        super().close()
        self.go_down()


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    vault = Vault(tmp_path)
    yield vault
    vault.close()


class TestSftp(SourceConformance):
    secrets = (SECRET,)

    @pytest.fixture
    def place(self, vault: Vault) -> Place:
        return vault


def test_a_host_that_is_not_known_gets_no_password(vault: Vault, tmp_path: Path) -> None:
    vault.put("a.txt", "words")
    (tmp_path / "nobody").write_text("")
    assert "not trusted" in str(refusal(lambda: listed(vault.open(known_hosts=str(tmp_path / "nobody")))))
    error = str(refusal(lambda: listed(vault.open(secret="open-sesame"))))
    assert ("cannot be opened" in error, "sesame" in error) == (True, False)
    assert set(listed(vault.open(scheme="sshfs"))) == {"a.txt"}


class Memory(Opened):
    def __init__(self) -> None:
        super().__init__()
        self._system = fsspec.filesystem("memory")
        self._system.store.clear()
        self._system.pseudo_dirs[:] = [""]

    def open(self, **options: object) -> Source:
        config = SourceConfig(name="papers", kind="fsspec", options={"url": "memory://papers", **options})
        return self.keep(open_source(config, SourceLimits(max_file_bytes=10_000), {}))

    def put(self, name: str, text: str) -> None:
        self._system.pipe_file(f"/papers/{name}", text.encode())

    def remove(self, name: str) -> None:
        self._system.rm_file(f"/papers/{name}")

    def go_down(self) -> None:
        self._system.store.clear()
        self._system.pseudo_dirs[:] = [""]


@pytest.fixture
def memory() -> Memory:
    return Memory()


class TestMemory(SourceConformance):
    @pytest.fixture
    def place(self, memory: Memory) -> Place:
        return memory


def test_an_object_has_a_version_and_a_size(bucket: Bucket) -> None:
    bucket.put("a.txt", "words")
    (entry,) = listed(bucket.open()).values()
    assert (entry.name, entry.size) == ("a.txt", 5)
    assert entry.version is not None


def test_a_wrong_secret_is_refused_and_not_told(bucket: Bucket) -> None:
    bucket.put("a.txt", "words")
    error = str(refusal(lambda: listed(bucket.open(secret="open-sesame"))))
    assert "cannot be listed" in error
    assert "sesame" not in error


@pytest.mark.parametrize("url", ["s3://{bucket}/nothing", "s3://nowhere/papers", "memory://nothing"])
def test_a_place_where_nothing_is_counts_as_one_that_cannot_be_listed(bucket: Bucket, url: str) -> None:
    """A typing error must not remove everything."""
    bucket.put("a.txt", "words")
    source = bucket.open(url=url, **({"storage": {}} if url.startswith("memory") else {}))
    assert "cannot be listed" in str(refusal(lambda: listed(source)))


def test_neighbours_with_the_same_beginning_are_not_listed(bucket: Bucket) -> None:
    bucket.put("a.txt", "words")
    (bucket.folder.parent / "papers-private").mkdir()
    (bucket.folder.parent / "papers-private" / "b.txt").write_text("secret")
    assert set(listed(bucket.open())) == {"a.txt"}


def test_the_whole_bucket_and_patterns(bucket: Bucket) -> None:
    bucket.put("a.txt", "words")
    bucket.put("drafts/b.txt", "words")
    assert set(listed(bucket.open(url="s3://{bucket}"))) == {"papers/a.txt", "papers/drafts/b.txt"}
    assert set(listed(bucket.open(exclude=["drafts/*"]))) == {"a.txt"}


def test_too_large_a_file_is_refused_alone(memory: Memory) -> None:
    memory.put("big.txt", "x" * 10_001)
    memory.put("small.txt", "words")
    source = memory.open()
    entries = listed(source)
    assert "10,001 bytes" in str(refusal(lambda: source.fetch(entries["big.txt"])))
    assert source.fetch(entries["small.txt"]) == b"words"


def test_a_folder_that_may_not_be_listed_is_a_gap(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.put("a.txt", "words")
    memory.put("closed/b.txt", "words")
    real = type(fsspec.filesystem("memory")).ls

    def ls(self: object, path: str, detail: bool = True, **more: object) -> object:
        if path.endswith("closed"):
            raise PermissionError(path)
        return real(self, path, detail=detail, **more)

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "ls", ls)
    found = list(memory.open().entries())
    assert [each.prefix for each in found if isinstance(each, Gap)] == ["closed"]


def _refused(**options: object) -> str:
    config = SourceConfig(name="x", kind="fsspec", options=options)
    return str(refusal(lambda: open_source(config, SourceLimits(), {})))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc", "folder"),
        ("local://etc", "folder"),
        ("FILE:///etc", "folder"),
        ("/etc", "one address"),
        ("simplecache::s3://bucket", "one address"),
        ("zip://a::file:///etc/x.zip", "one address"),
        ("dir:///etc", "folder"),
        ("reference://x", "folder"),
        ("https://example.test/x", "website"),
        ("sftp://ana:swordfish@host/x", "password"),
    ],
)
def test_addresses_that_are_refused(url: str, why: str) -> None:
    error = _refused(url=url)
    assert why in error
    assert "swordfish" not in error


def test_a_library_that_is_not_installed_is_named() -> None:
    source = open_source(SourceConfig(name="x", kind="fsspec", options={"url": "dropbox://x"}), SourceLimits(), {})
    assert "not installed" in str(refusal(lambda: listed(source)))
    unknown = open_source(SourceConfig(name="x", kind="fsspec", options={"url": "nonsense://x"}), SourceLimits(), {})
    assert "cannot be opened" in str(refusal(lambda: listed(unknown)))


@pytest.mark.parametrize(
    ("storage", "groups"),
    [
        ({}, ()),
        ({"secret_access_key_env": "X"}, ()),
        ({"skip_signature": True}, ("everyone",)),
        ({"anon": True}, ("everyone",)),
        ({"token": "anon"}, ("everyone",)),
    ],
)
def test_only_what_is_read_without_credentials_is_everyones(
    storage: dict[str, object], groups: tuple[str, ...]
) -> None:
    config = SourceConfig(name="x", kind="fsspec", options={"url": "s3://bucket", "storage": storage})
    assert audience_of(config) == groups
