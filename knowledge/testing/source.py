"""The tests every `Source` must pass."""

import traceback
from collections.abc import Callable
from typing import Protocol

from knowledge.errors import SourceError
from knowledge.sources.names import is_safe_name
from knowledge.sources.source import Entry, Gap, Source

HOSTILE_NAMES = (
    "../up.txt",
    "deep/../../up.txt",
    "/absolute.txt",
    "back\\..\\slash.txt",
    "two\nlines.txt",
    "bell\x07.txt",
    "right\u202eto-left.txt",
    "zero\u200bwidth.txt",
    "-option.txt",
    "quote'\".txt",
    "percent%2e%2e%2fup.txt",
    "hash#and?query.txt",
    "long" * 70 + ".txt",
)


class Place(Protocol):
    """What lies behind a source, in the hands of a test."""

    def open(self) -> Source:
        """A new source that reads this place."""

    def put(self, name: str, text: str) -> None:
        """Add a document or replace it; raises ValueError or OSError when the place does not take such a name."""

    def remove(self, name: str) -> None:
        """Take a document away."""

    def go_down(self) -> None:
        """From now on the place cannot be reached."""


class Opened:
    """A base for places that closes the sources they opened."""

    def __init__(self) -> None:
        self._sources: list[Source] = []

    def keep(self, source: Source) -> Source:
        """Close this source with the place."""
        self._sources.append(source)
        return source

    def close(self) -> None:
        """Close every source that was opened here."""
        for source in self._sources:
            source.close()


class SourceConformance:
    """Subclass it and override one fixture.

    class TestMySource(SourceConformance):
        @pytest.fixture
        def place(self) -> Iterator[Place]:
            place = MyPlace()
            yield place
            place.close()

    `secrets` are the credentials that the place's sources are given. `keeps_names` is False where a changed document
    is a new one (a mailbox), `has_endings` where everything is a document whatever it is called.
    """

    secrets: tuple[str, ...] = ()
    keeps_names = True
    has_endings = True

    def test_every_document_is_there_with_its_content(self, place: Place) -> None:
        place.put("alpha.txt", "The words of alpha.")
        place.put("folder/beta.txt", "The words of beta.")
        source = place.open()
        contents = [source.fetch(entry) for entry in listed(source).values()]
        assert len([each for each in contents if b"words of alpha" in each]) == 1
        assert len([each for each in contents if b"words of beta" in each]) == 1

    def test_what_an_entry_says_of_its_content_is_true(self, place: Place) -> None:
        place.put("alpha.txt", "The words of alpha.")
        source = place.open()
        for entry in listed(source).values():
            assert entry.size is None or entry.size == len(source.fetch(entry))
            assert entry.modified is None or entry.modified.tzinfo is not None
            assert entry.url is None or entry.url.startswith(("http://", "https://"))

    def test_hostile_names_are_cleaned_or_refused(self, place: Place) -> None:
        place.put("alpha.txt", "The words of alpha.")
        for name in HOSTILE_NAMES:
            try:
                place.put(name, f"What {name!r} says.")
            except (ValueError, OSError):
                continue
        source = place.open()
        entries = listed(source)
        assert any("alpha" in name or b"words of alpha" in source.fetch(entries[name]) for name in entries)
        for name, entry in entries.items():
            assert is_safe_name(name), ascii(name)
            assert source.fetch(entry)

    def test_two_listings_agree(self, place: Place) -> None:
        for name in ("alpha.txt", "folder/beta.txt", "gamma.md"):
            place.put(name, f"The words of {name}.")
        source, other = place.open(), place.open()
        first = listed(source)
        assert first == listed(source) == listed(other)
        assert len(first) >= 3

    def test_the_version_changes_with_the_content_and_only_then(self, place: Place) -> None:
        place.put("alpha.txt", "The words of alpha.")
        place.put("beta.txt", "The words of beta.")
        before = listed(place.open())
        place.put("alpha.txt", "Other words of alpha.")
        source = place.open()
        after = listed(source)
        changed = _holding(source, after, b"Other words of alpha")
        same = _holding(source, after, b"words of beta")
        assert before[same.name].version == same.version
        if self.keeps_names:
            assert before.keys() == after.keys()
            assert changed.version is None or before[changed.name].version != changed.version
        else:
            assert changed.name not in before

    def test_a_removed_document_is_gone(self, place: Place) -> None:
        place.put("alpha.txt", "The words of alpha.")
        place.put("beta.txt", "The words of beta.")
        source = place.open()
        before = listed(source)
        gone = _holding(source, before, b"words of alpha")
        place.remove("alpha.txt")
        assert listed(source).keys() == before.keys() - {gone.name}

    def test_what_has_vanished_cannot_be_fetched(self, place: Place) -> None:
        place.put("alpha.txt", "The words of alpha.")
        place.put("beta.txt", "The words of beta.")
        source = place.open()
        gone = _holding(source, listed(source), b"words of alpha")
        place.remove("alpha.txt")
        later = place.open()
        assert_sentence(refusal(lambda: later.fetch(gone)))
        assert_sentence(refusal(lambda: later.fetch(Entry("no/such.txt"))))
        assert b"words of beta" in later.fetch(_holding(later, listed(later), b"words of beta"))

    def test_content_that_changes_under_the_reader_is_never_mixed(self, place: Place) -> None:
        place.put("alpha.txt", "The words of alpha.")
        source = place.open()
        entry = _holding(source, listed(source), b"words of alpha")
        place.put("alpha.txt", "Other words of alpha, and more of them than before.")
        try:
            content = source.fetch(entry)
        except SourceError:
            return
        assert b"Other words of alpha, and more of them than before." in content or b"The words of alpha." in content

    def test_what_is_no_document_is_left_out(self, place: Place) -> None:
        place.put("alpha.txt", "The words of alpha.")
        if not self.has_endings:
            return
        for name in ("picture.png", "program.exe", "folder/archive.zip"):
            place.put(name, "Not to be read.")
        source = place.open()
        entries = listed(source)
        assert entries
        assert not any(b"Not to be read" in source.fetch(entry) for entry in entries.values())

    def test_a_place_that_is_down_cannot_be_listed(self, place: Place) -> None:
        """So that nothing counts as gone."""
        place.put("alpha.txt", "The words of alpha.")
        source = place.open()
        entry = next(iter(listed(source).values()))
        place.go_down()
        assert_sentence(refusal(lambda: listed(source)))
        assert_sentence(refusal(lambda: listed(place.open())))
        assert_sentence(refusal(lambda: place.open().fetch(entry)))

    def test_no_secret_is_told(self, place: Place) -> None:
        place.put("alpha.txt", "The words of alpha.")
        source = place.open()
        shown = [repr(source), str(source), repr(listed(source))]
        place.go_down()
        for action in (lambda: listed(source), lambda: listed(place.open())):
            error = refusal(action)
            shown += [repr(error), *traceback.format_exception(error)]
        assert not [secret for secret in self.secrets if any(secret in text for text in shown)]

    def test_closing_twice_is_fine(self, place: Place) -> None:
        place.put("alpha.txt", "The words of alpha.")
        source = place.open()
        source.close()
        source = place.open()
        assert listed(source)
        source.close()
        source.close()


def listed(source: Source) -> dict[str, Entry]:
    """The entries by name, each name once; gaps are passed over."""
    entries = [each for each in source.entries() if not isinstance(each, Gap)]
    assert len({entry.name for entry in entries}) == len(entries)
    return {entry.name: entry for entry in entries}


def refusal(action: Callable[[], object]) -> SourceError:
    """The SourceError that the action must raise."""
    try:
        action()
    except SourceError as error:
        return error
    raise AssertionError("no SourceError was raised")


def assert_sentence(error: SourceError) -> None:
    """What is said can be shown to a person: one line, and no more than a person reads."""
    text = str(error)
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 800


def _holding(source: Source, entries: dict[str, Entry], words: bytes) -> Entry:
    found = [entry for entry in entries.values() if words in source.fetch(entry)]
    assert len(found) == 1, entries
    return found[0]
