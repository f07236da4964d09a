import os
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1
from pathlib import Path

import pytest

from knowledge.sources.config import SourceConfig
from knowledge.sources.kinds import audience_of, open_source
from knowledge.sources.limits import SourceLimits
from knowledge.sources.source import Source
from knowledge.testing.source import Opened, Place, SourceConformance, assert_sentence, listed, refusal
from knowledge.testing.web_server import Answer, WebServer


class Repository(Opened):
    def __init__(self, folder: Path, cache: Path | None) -> None:
        super().__init__()
        self.folder = folder
        self.cache = cache
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        environment |= {
            f"GIT_{who}_{what}": "ana@example.test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=environment, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def open(self, **options: object) -> Source:
        told = {"url": f"file://{self.folder}", "allow_file": True, **options}
        config = SourceConfig(name="code", kind="git", options=told)
        return self.keep(open_source(config, SourceLimits(cache_folder=self.cache, max_file_bytes=10_000), {}))

    def put(self, name: str, text: str) -> None:
        path = Path(os.path.normpath(self.folder / name))
        if not path.is_relative_to(self.folder):
            raise ValueError(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.commit()

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()
        self.commit()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "a change")

    def go_down(self) -> None:
        self.folder.rename(self.folder.with_name("elsewhere"))


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    repository = Repository(tmp_path / "repository", tmp_path / "cache")
    yield repository
    repository.close()


class TestGit(SourceConformance):
    @pytest.fixture
    def place(self, repository: Repository) -> Place:
        return repository


def _refused(options: dict[str, object]) -> str:
    error = refusal(lambda: open_source(SourceConfig(name="x", kind="git", options=options), SourceLimits(), {}))
    assert_sentence(error)
    return str(error)


def test_the_version_is_the_blob(repository: Repository) -> None:
    repository.put("a.md", "words\n")
    assert listed(repository.open())["a.md"].version == sha1(b"blob 6\x00words\n").hexdigest()


def test_links_submodules_and_hidden_files_are_left_out(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("secret")
    (repository.folder / "link.txt").symlink_to(tmp_path / "private.txt")
    repository.put("a.txt", "words")
    repository.put(".github/b.md", "words")
    head = repository.git("rev-parse", "HEAD")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{head},module.txt")
    repository.git("commit", "--quiet", "-m", "a submodule")
    assert set(listed(repository.open())) == {"a.txt"}


def test_a_branch_and_patterns(repository: Repository) -> None:
    repository.put("a.txt", "words")
    repository.git("checkout", "--quiet", "-b", "next/one")
    repository.put("docs/b.md", "words")
    assert set(listed(repository.open(branch="main"))) == {"a.txt"}
    assert set(listed(repository.open(branch="next/one", include=["docs/*"]))) == {"docs/b.md"}
    assert "cannot be read with git" in str(refusal(lambda: listed(repository.open(branch="nowhere"))))


def test_history_that_was_rewritten_is_followed(repository: Repository) -> None:
    repository.put("a.txt", "words")
    assert set(listed(repository.open())) == {"a.txt"}
    repository.git("checkout", "--quiet", "--orphan", "fresh")
    repository.put("b.txt", "words")
    repository.git("branch", "--quiet", "-M", "fresh", "main")
    repository.remove("a.txt")
    assert set(listed(repository.open())) == {"b.txt"}


def test_a_clone_that_a_crash_has_damaged_is_made_anew(repository: Repository, tmp_path: Path) -> None:
    repository.put("a.txt", "words")
    listed(repository.open())
    (clone,) = (tmp_path / "cache" / "git").iterdir()
    (clone / "shallow.lock").write_text("")
    assert set(listed(repository.open())) == {"a.txt"}
    (clone / "HEAD").write_text("nonsense")
    assert set(listed(repository.open())) == {"a.txt"}


def test_a_server_that_is_down_does_not_cost_the_clone(repository: Repository, tmp_path: Path) -> None:
    repository.put("a.txt", "words")
    listed(repository.open())
    (clone,) = (tmp_path / "cache" / "git").iterdir()
    repository.go_down()
    refusal(lambda: listed(repository.open()))
    assert (clone / "refs" / "pilares" / "head").exists()


def test_without_a_cache_nothing_is_left_behind(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    repository.cache = None
    repository.put("a.txt", "words")
    source = repository.open()
    entry = listed(source)["a.txt"]
    assert source.fetch(entry) == b"words"
    source.close()
    assert not list((tmp_path / "temporary").iterdir())


def test_hooks_and_filters_of_the_clone_do_not_run(repository: Repository, tmp_path: Path) -> None:
    repository.put("a.txt", "words")
    listed(repository.open())
    (clone,) = (tmp_path / "cache" / "git").iterdir()
    hooks = clone / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-checkout", "post-merge"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (hooks / name).chmod(0o755)
    repository.put("b.txt", "words")
    assert set(listed(repository.open())) == {"a.txt", "b.txt"}
    assert not (tmp_path / "ran").exists()


def test_large_files_and_those_kept_elsewhere_are_refused_alone(repository: Repository) -> None:
    repository.put("big.txt", "x" * 10_001)
    repository.put("lfs.pdf", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    source = repository.open()
    entries = listed(source)
    assert "10,001 bytes" in str(refusal(lambda: source.fetch(entries["big.txt"])))
    assert "LFS" in str(refusal(lambda: source.fetch(entries["lfs.pdf"])))


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% /tmp/x",
        "--upload-pack=touch /tmp/x",
        "ssh://-oProxyCommand=touch/x",
        "ssh://-x@host/y",
        "http://example.test/x.git",
        "git://example.test/x.git",
        "https://user:word@example.test/x.git",
        "https://token@example.test/x.git",
        "/srv/repository",
        "host:path",
        "https://example.test/",
        "https://example.test/a b",
        "https://example.test:port/a",
        "https:///a.git",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    assert "url" in _refused({"url": url})


@pytest.mark.parametrize("branch", ["-x", "--upload-pack=x", "a:b", "a b", "+a", "", "a\nb"])
def test_branches_that_are_refused(branch: str) -> None:
    assert "branch" in _refused({"url": "https://example.test/x.git", "branch": branch})


def test_a_folder_of_this_machine_must_be_allowed(repository: Repository) -> None:
    assert "allow_file" in _refused({"url": f"file://{repository.folder}"})


def test_who_may_read_it_by_default() -> None:
    public = SourceConfig(name="x", kind="git", options={"url": "https://github.com/a/b.git"})
    private = SourceConfig(name="x", kind="git", options={"url": "https://github.com/a/b", "token_env": "T"})
    inside = SourceConfig(name="x", kind="git", options={"url": "ssh://git@example.test/a/b"})
    assert [audience_of(each) for each in (public, private, inside)] == [("everyone",), (), ()]


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({"web_url": "https://git.test/x/{file}"}, "https://git.test/x/docs/%C3%A1%20b.txt"),
        ({}, None),
    ],
)
def test_where_a_person_finds_the_file(repository: Repository, options: dict[str, object], address: str | None) -> None:
    repository.put("docs/á b.txt", "words")
    (entry,) = listed(repository.open(**options)).values()
    assert entry.url == address


def test_known_hosts_have_a_web_view() -> None:
    from knowledge.sources.git import GitOptions, GitSource

    def shown(url: str) -> str | None:
        return GitSource("x", GitOptions(url=url), {}, SourceLimits())._web_address("a b.md")

    assert shown("https://github.com/org/repo.git") == "https://github.com/org/repo/blob/HEAD/a%20b.md"
    assert shown("ssh://git@gitlab.example.test/org/sub/repo.git") == (
        "https://gitlab.example.test/org/sub/repo/-/blob/HEAD/a%20b.md"
    )
    assert shown("https://git.example.test/org/repo.git") is None


def test_the_token_is_sent_and_never_told(tmp_path: Path) -> None:
    """A server on loopback that speaks no git: what git sends to it, and what is said when it fails."""
    server = WebServer()
    server.answers["/x.git/info/refs?service=git-upload-pack"] = Answer(b"no", status=401)
    config = SourceConfig(name="x", kind="git", options={"url": "https://127.0.0.1:1/x.git", "token_env": "GIT_TOKEN"})
    config = config.model_copy(update={"options": {**config.options, "allow_private_addresses": True}})
    source = open_source(config, SourceLimits(cache_folder=tmp_path), {"GIT_TOKEN": "swordfish"})
    environment = source._environment("/usr/bin/git")  # type: ignore[attr-defined]
    assert environment["GIT_CONFIG_KEY_0"] == "http.https://127.0.0.1:1/x.git.extraHeader"
    assert "swordfish" not in str(refusal(lambda: listed(source))) + repr(source)
    assert not any(b"swordfish" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    server.stop()


def test_git_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and never answers
        options = {"url": f"https://127.0.0.1:{silent.getsockname()[1]}/x.git", "allow_private_addresses": True}
        limits = SourceLimits(cache_folder=tmp_path, total_seconds=0.5)
        source = open_source(SourceConfig(name="x", kind="git", options=options), limits, {})
        assert "longer than 0.5 seconds" in str(refusal(lambda: listed(source)))


@pytest.mark.parametrize("scheme", ["https", "ssh"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"])
def test_no_address_inside_the_network_is_connected_to(scheme: str, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        options = {"url": f"{scheme}://{host}:{listener.getsockname()[1]}/x.git"}
        source = open_source(SourceConfig(name="x", kind="git", options=options), SourceLimits(), {})
        assert "inside the network" in str(refusal(lambda: listed(source)))
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(("scheme", "greeting"), [("https", b"\x16\x03"), ("ssh", b"SSH-2.0")])
def test_git_goes_to_the_address_that_was_checked(scheme: str, greeting: bytes, tmp_path: Path) -> None:
    """DNS rebinding: no name server knows the host, so that a second look-up would fail."""
    from knowledge.sources.addresses import AddressGuard
    from knowledge.sources.git import GitOptions, GitSource

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as other:
        url = f"{scheme}://git@rebind.test:{listener.getsockname()[1]}/x.git".replace("https://git@", "https://")
        guard = AddressGuard(True, lambda host, port: ["127.0.0.1"])
        source = GitSource("x", GitOptions(url=url), {}, SourceLimits(cache_folder=tmp_path, total_seconds=10), guard)
        said = other.submit(lambda: str(refusal(lambda: listed(source))))
        listener.settimeout(10)
        with listener.accept()[0] as connection:
            listener.close()  # it tries once more
            assert connection.recv(100).startswith(greeting)
        assert "cannot be read with git" in said.result(20)


def test_how_git_is_told_where_to_go() -> None:
    from knowledge.sources.addresses import AddressGuard
    from knowledge.sources.git_address import Checked, checked

    guard = AddressGuard(resolve=lambda host, port: ["2606:4700::1", "93.184.216.34"])
    told = checked("https://git.test:8443/x.git", guard, 1)
    assert told.settings == {"http.curloptResolve": "git.test:8443:[2606:4700::1],93.184.216.34"}
    assert checked("ssh://git@git.test:2222/x.git", guard, 1).ssh == (
        " -o HostName=2606:4700::1 -o HostKeyAlias='[git.test]:2222'"
    )
    assert checked("ssh://git@git.test/x.git", guard, 1).ssh.endswith(" -o HostKeyAlias=git.test")
    assert checked("https://93.184.216.34/x.git", AddressGuard(), 1) == Checked()
