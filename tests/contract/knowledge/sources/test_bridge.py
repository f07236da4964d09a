import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from threading import Event
from typing import Any, ClassVar

import pytest

from knowledge.errors import SourceError
from knowledge.sources.bridge import ALLOWED, BridgeOptions, BridgeSource
from knowledge.sources.config import SourceConfig
from knowledge.sources.kinds import audience_of, open_source
from knowledge.sources.limits import SourceLimits
from knowledge.sources.options import find_secrets
from knowledge.testing.source import Opened, Place, SourceConformance, listed, refusal


@dataclass
class Page:
    page_content: str
    metadata: dict[str, Any] = field(default_factory=dict)


class WikiLoader:
    """Looks like a community loader: arguments in, documents out, and errors that tell everything."""

    pages: ClassVar[list[Page]] = []
    down = False
    stuck: Event | None = None

    def __init__(self, url: str, api_key: str) -> None:
        self.about = f"{url} with {api_key}"

    def lazy_load(self) -> Iterator[Page]:
        if self.down:
            raise RuntimeError(f"cannot reach {self.about}")
        yield from self.pages
        if self.stuck is not None:
            self.stuck.wait(60)


class Wiki(Opened):
    def __init__(self) -> None:
        super().__init__()
        WikiLoader.pages, WikiLoader.down = [], False

    def open(self, limits: SourceLimits | None = None) -> BridgeSource:
        options = BridgeOptions(loader="WikiLoader", arguments={"url": "https://wiki.test", "api_key_env": "WIKI_KEY"})
        secrets = find_secrets("wiki", options.model_dump(), {"WIKI_KEY": "swordfish"})
        source = BridgeSource("wiki", options, secrets, limits or SourceLimits(), {"WikiLoader": __name__})
        self.keep(source)
        return source

    def put(self, name: str, text: str) -> None:
        kept = [page for page in WikiLoader.pages if page.metadata["source"] != name]
        WikiLoader.pages = [*kept, Page(text, {"source": name, "title": f"On {name}"})]

    def remove(self, name: str) -> None:
        WikiLoader.pages = [page for page in WikiLoader.pages if page.metadata["source"] != name]

    def go_down(self) -> None:
        WikiLoader.down = True


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    wiki = Wiki()
    yield wiki
    wiki.close()


class TestBridge(SourceConformance):
    secrets = ("swordfish",)
    has_endings = False

    @pytest.fixture
    def place(self, wiki: Wiki) -> Place:
        return wiki


def test_a_document_keeps_what_its_loader_says_of_it(wiki: Wiki) -> None:
    about = {"id": 17, "title": "On  leave", "source": "https://wiki.test/17", "when": "2026-02-03T10:00:00Z"}
    WikiLoader.pages = [Page("Thirty days.", about), Page("  "), Page("Without a name.")]
    source = wiki.open()
    entries = listed(source)
    assert len(entries) == 2
    entry = entries["17.txt"]
    assert (entry.url, entry.modified) == ("https://wiki.test/17", datetime(2026, 2, 3, 10, tzinfo=UTC))
    assert source.fetch(entry) == b"On leave\n\nThirty days."


def test_pages_of_one_document_are_told_apart(wiki: Wiki) -> None:
    WikiLoader.pages = [Page("One.", {"id": "a"}), Page("Two.", {"id": "a"})]
    source = wiki.open()
    assert sorted(source.fetch(entry) for entry in listed(source).values()) == [b"One.", b"Two."]


def test_a_loader_that_fails_on_the_way_cannot_be_listed(wiki: Wiki, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(self: WikiLoader) -> Iterator[Page]:
        yield Page("One.", {"id": "a"})
        raise KeyError(self.about)

    monkeypatch.setattr(WikiLoader, "lazy_load", half)
    error = str(refusal(lambda: listed(wiki.open())))
    assert "KeyError" in error
    assert "swordfish" not in error


@pytest.mark.parametrize(
    "loader", ["DirectoryLoader", "PythonLoader", "UnstructuredFileLoader", "os", "__import__", ""]
)
def test_other_loaders_are_refused(loader: str) -> None:
    config = SourceConfig(name="x", kind="bridge", options={"loader": loader})
    assert "ConfluenceLoader" in str(refusal(lambda: open_source(config, SourceLimits(), {})))


def test_a_secret_that_is_written_out_is_refused() -> None:
    options = {"loader": "ConfluenceLoader", "arguments": {"url": "https://x.test", "api_key": "swordfish"}}
    config = SourceConfig(name="x", kind="bridge", options=options)
    error = str(refusal(lambda: open_source(config, SourceLimits(), {})))
    assert "api_key_env" in error
    assert "swordfish" not in error


def test_nobody_may_read_it_by_default() -> None:
    assert audience_of(SourceConfig(name="x", kind="bridge", options={"loader": "NotionDBLoader"})) == ()


def test_the_loaders_that_may_be_used_exist() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, module in ALLOWED.items():
            assert name in import_module(module).__all__


def test_a_real_loader_that_lacks_its_package_says_so() -> None:
    """The Joplin loader asks a server on this machine that is not there: its error stays inside."""
    options = {"loader": "JoplinLoader", "arguments": {"access_token_env": "KEY", "port": 1}}
    source = open_source(SourceConfig(name="x", kind="bridge", options=options), SourceLimits(), {"KEY": "swordfish"})
    error = str(refusal(lambda: listed(source)))
    assert "JoplinLoader" in error
    assert "swordfish" not in error


def test_a_loader_that_brings_nothing_more_is_not_waited_for(wiki: Wiki, monkeypatch: pytest.MonkeyPatch) -> None:
    released = Event()
    monkeypatch.setattr(WikiLoader, "stuck", released)
    wiki.put("leave", "Thirty days.")
    source = wiki.open(SourceLimits(total_seconds=0.2))
    try:
        with pytest.raises(SourceError, match=r"WikiLoader of the source 'wiki' failed \(it brought nothing for 0 s\)"):
            list(source.entries())
    finally:
        released.set()
