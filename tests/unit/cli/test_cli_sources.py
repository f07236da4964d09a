"""`pilares sources`, `pilares jobs` and `pilares ingest URL`, with a source in memory and no model."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.app import Assistant
from assistant.cli import app
from assistant.cli.addresses import is_address, source_of
from assistant.models.models import Models
from assistant.syncing import Opener
from knowledge.errors import SourceError
from knowledge.sources.config import SourceConfig
from knowledge.sources.source import Entry, Gap
from knowledge.testing.embedder import HashingEmbedder


class Shelf:
    """A source whose documents are its options; one that is called `broken.md` cannot be fetched."""

    def __init__(self, config: SourceConfig) -> None:
        self._files: dict[str, str] = config.options.get("files", {"a.md": "# A\n\nA zebra.\n"})

    def entries(self) -> Iterator[Entry | Gap]:
        for name, text in self._files.items():
            yield Entry(name, version=text)

    def fetch(self, entry: Entry) -> bytes:
        if entry.name == "broken.md":
            raise SourceError("broken.md: the server does not answer.")
        return self._files[entry.name].encode()

    def close(self) -> None: ...


def _audience(_: Opener, config: SourceConfig) -> tuple[str, ...]:
    if config.kind not in ("shelf", "website", "git", "fsspec"):
        raise SourceError(f"There is no kind {config.kind!r}.")
    return config.groups if config.groups is not None else () if config.kind == "fsspec" else ("everyone",)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    monkeypatch.setattr(Assistant, "refine", lambda *_: None)
    monkeypatch.setattr(Opener, "open", lambda _, config: Shelf(config))
    monkeypatch.setattr(Opener, "audience_of", _audience)
    return tmp_path


def pilares(*arguments: str) -> Result:
    done = CliRunner().invoke(app, list(arguments))
    assert "Traceback" not in done.output
    return done


def add(name: str, **files: str) -> None:
    table = ", ".join(f"{json.dumps(key.replace('_', '.'))} = {json.dumps(text)}" for key, text in files.items())
    done = pilares("sources", "add", name, "shelf", "--option", f"files={{{table}}}", "--every", "60", "--tag", "wiki")
    assert done.exit_code == 0, done.output
    assert f"pilares sources sync {name}" in done.output


def test_a_source_is_added_synced_listed_and_removed() -> None:
    assert "no sources yet" in pilares("sources", "list").output
    add("wiki", a_md="# A\n\nA zebra.\n", b_md="# B\n\nA panda.\n")
    assert "never synced" in pilares("sources", "list").output
    done = pilares("sources", "sync", "wiki", "--wait")
    assert (done.exit_code, "wiki: 2 ready (done)." in done.output) == (0, True), done.output
    assert "wiki: 2 unchanged (done)." in pilares("sources", "sync", "wiki").output
    listed = pilares("sources", "list").output
    assert re.search(r"wiki +shelf +2 documents  every 60 min, next .*  job 2 done", listed), listed
    assert "zebra" in pilares("documents", "show", "a.md").output
    shown = pilares("jobs", "show", "1").output
    assert re.search(r"ready +a\.md", shown), shown
    assert "forgotten, with 2 documents" in pilares("sources", "remove", "wiki").output
    assert "no documents yet" in pilares("documents", "list").output


def test_what_failed_is_said_and_retried() -> None:
    add("wiki", a_md="# A\n\nA zebra.\n", broken_md="x")
    done = pilares("sources", "sync", "wiki")
    assert (done.exit_code, "1 ready" in done.output) == (1, True)
    assert "broken.md: broken.md: the server does not answer." in done.output
    again = pilares("jobs", "retry", "1")
    assert "1 failed, 1 unchanged (done)" in again.output, again.output
    assert "retry" in pilares("jobs", "list").output


def test_a_source_that_is_down_read_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_: Shelf) -> Iterator[Entry | Gap]:
        raise SourceError("The shelf does not answer. Try again later.")

    monkeypatch.setattr(Shelf, "entries", down)
    add("wiki")
    done = pilares("sources", "sync", "wiki")
    assert done.exit_code == 1
    assert "wiki: nothing was read (failed)." in done.output
    assert "The shelf does not answer." in done.output


def test_who_may_read_rows_that_name_their_readers_is_told_so() -> None:
    named = pilares("sources", "add", "rows", "fsspec", "--option", "groups=audience")
    assert "who may read it: whom each row names." in named.output
    done = pilares("sources", "sync", "rows")
    assert (done.exit_code, "Nobody may read it" in done.output) == (0, False), done.output
    silent = pilares("sources", "add", "silent", "fsspec")
    assert "nobody yet (see --group)" in silent.output
    assert "`pilares grants set silent GROUP`" in pilares("sources", "sync", "silent").output
    pilares("grants", "set", "silent", "staff")
    assert "Nobody may read it" not in pilares("sources", "sync", "silent").output


def test_a_command_that_is_named_can_be_copied_for_a_name_of_two_words() -> None:
    assert "`pilares sources sync 'two words'`" in pilares("sources", "add", "two words", "fsspec").output
    assert "`pilares grants set 'two words' GROUP`" in pilares("sources", "sync", "two words").output


def test_a_job_may_be_left_to_the_server_and_cancelled() -> None:
    add("wiki", a_md="# A\n\nA zebra.\n")
    assert "Job 1 waits" in pilares("sources", "sync", "wiki", "--no-wait").output
    assert "Job 1 is cancelled" in pilares("jobs", "cancel", "1").output
    done = pilares("jobs", "retry", "1")
    assert (done.exit_code, "1 ready" in done.output) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sources", "sync", "nothing"], "pilares sources list"),
        (["sources", "remove", "nothing"], "pilares sources list"),
        (["sources", "add", "x", "nokind"], "no kind"),
        (["sources", "add", "\x1b[0m", "shelf"], "name"),
        (["sources", "add", "x", "shelf", "--option", "path"], "KEY=VALUE"),
        (["sources", "add", "uploads", "shelf"], "another name"),
        (["jobs", "show", "7"], "pilares jobs list"),
        (["jobs", "retry", "7"], "pilares jobs list"),
    ],
)
def test_bad_input_ends_in_one_sentence(arguments: list[str], said: str) -> None:
    done = pilares(*arguments)
    assert (done.exit_code, said in done.output) == (2, True), done.output


def test_a_source_of_the_file_is_synced_but_not_removed(home: Path) -> None:
    text = '[[knowledge.sources]]\nname = "handbook"\nkind = "shelf"\ngroups = ["staff"]\n'
    (home / "pilares.toml").write_text(text)
    assert "handbook" in pilares("sources", "list").output
    assert pilares("sources", "sync", "handbook").exit_code == 0
    assert "pilares.toml" in pilares("sources", "remove", "handbook").output
    assert "pilares.toml" in pilares("sources", "add", "handbook", "shelf").output
    (home / "pilares.toml").write_text(text * 2)
    done = pilares("sources", "list")
    assert (done.exit_code, "knowledge.sources" in done.output) == (2, True)


def test_an_address_becomes_a_source_that_is_synced() -> None:
    done = pilares("ingest", "https://docs.example/guide/")
    assert (done.exit_code, "1 ready (done)" in done.output) == (0, True), done.output
    assert "1 unchanged" in pilares("ingest", "https://docs.example/guide/").output
    assert "another address" in pilares("ingest", "http://docs.example/guide").output
    assert "docs.example/guide" in pilares("sources", "list").output
    assert "Nobody may read it yet" in pilares("ingest", "s3://bucket/papers").output


@pytest.mark.parametrize(
    ("address", "name", "kind"),
    [
        ("https://docs.example/guide/?a=1", "docs.example/guide", "website"),
        ("https://git.example/team/handbook.git", "git.example/team/handbook", "git"),
        ("ssh://git@git.example/team/handbook", "git.example/team/handbook", "git"),
        ("s3://bucket/papers", "s3:bucket/papers", "fsspec"),
        ("sftp://me:secret@host/papers", "sftp:host/papers", "fsspec"),
    ],
)
def test_what_an_address_means(address: str, name: str, kind: str) -> None:
    assert is_address(address)
    assert source_of(address) == (name, kind, {"url": address})
    SourceConfig(name=name, kind=kind)


def test_an_address_as_git_writes_it_is_one_of_ssh() -> None:
    address, url = "git@git.example:team/handbook.git", "ssh://git@git.example/team/handbook.git"
    assert is_address(address)
    assert source_of(address) == ("git.example/team/handbook", "git", {"url": url})


@pytest.mark.parametrize("path", ["docs", "/srv/docs", "./a:b", "C:\\docs", "~/x.md", "git@"])
def test_a_path_is_no_address(path: str) -> None:
    assert not is_address(path)


def test_interrupting_cancels_the_job_and_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.progress import Progress

    add("wiki", a_md="# A\n\nA zebra.\n", b_md="# B\n\nA panda.\n")
    fetch, update = Shelf.fetch, Progress.update
    interrupted = []

    def slow(self: Shelf, entry: Entry) -> bytes:
        import time

        time.sleep(1.5)
        return fetch(self, entry)

    def update_or_interrupt(self: Progress, *arguments: object, **values: object) -> None:
        if not interrupted and values.get("description") == "syncing":
            interrupted.append(True)
            raise KeyboardInterrupt
        update(self, *arguments, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(Shelf, "fetch", slow)
    monkeypatch.setattr(Progress, "update", update_or_interrupt)
    done = pilares("sources", "sync", "wiki")
    assert (done.exit_code, "Go on with `pilares jobs retry 1`" in done.output) == (130, True), done.output


def test_a_real_interrupt_cancels_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """It nearly always comes while the job is waited for."""
    import os
    import signal
    import time

    add("wiki", a_md="# A\n\nA zebra.\n", b_md="# B\n\nA panda.\n")
    fetch = Shelf.fetch
    interrupted = []

    def slow(self: Shelf, entry: Entry) -> bytes:
        if not interrupted:
            interrupted.append(True)
            time.sleep(0.3)
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.7)
        return fetch(self, entry)

    monkeypatch.setattr(Shelf, "fetch", slow)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it
    try:
        done = pilares("sources", "sync", "wiki")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (done.exit_code, "(cancelled)" in done.output) == (130, True), done.output
