import pytest

from knowledge.sources.source import Entry, Gap
from knowledge.testing.fake_source import FakeSource
from knowledge.testing.source import Place, SourceConformance, listed, refusal


class Memory:
    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.down = False

    def open(self) -> FakeSource:
        source = FakeSource(self.documents)
        self.sources = [*getattr(self, "sources", []), source]
        source.failure = "It is down." if self.down else None
        return source

    def put(self, name: str, text: str) -> None:
        self.documents[name] = text.encode()

    def remove(self, name: str) -> None:
        del self.documents[name]

    def go_down(self) -> None:
        self.down = True
        for source in self.sources:
            source.failure = "It is down."


class TestFake(SourceConformance):
    @pytest.fixture
    def place(self) -> Place:
        return Memory()


def test_it_does_what_it_is_told() -> None:
    source = FakeSource({"a.txt": b"a", "b.txt": b"b"})
    source.gaps, source.broken, source.versions = [Gap("c", "closed")], {"a.txt"}, False
    assert [type(each) for each in source.entries()] == [Gap, Entry, Entry]
    assert {entry.version for entry in listed(source).values()} == {None}
    assert "as told" in str(refusal(lambda: source.fetch(Entry("a.txt"))))
    assert source.fetch(Entry("b.txt")) == b"b"
    assert source.fetched == ["a.txt", "b.txt"]
