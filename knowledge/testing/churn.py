"""A process that changes a library without end and keeps a journal of what it was promised; made to be killed."""

import json
import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.ingest.report import Progress
from knowledge.library import EVERYONE, Library
from knowledge.testing.embedder import HashingEmbedder

KINDS = ("ingest", "update", "vanish", "upload", "audience", "delete", "reindex", "compact")
FILES = tuple(f"f{number:02d}.md" for number in range(10))
UPLOADS = tuple(f"u{number:02d}.md" for number in range(4))
STAFF = frozenset({"staff"})
PARTS = 6


@dataclass(frozen=True, slots=True)
class Version:
    """What a document should be: the number that its own words carry, and who may read it."""

    number: int
    groups: frozenset[str] = EVERYONE


Promised = dict[str, Version | None]
"""By name; None where there should be no such document."""


def word(name: str, number: int, part: int) -> str:
    """A word that stands in one part of one version of one document and nowhere else.

    Every other part is the same in every version, so that its vectors are reused.
    """
    plain = name.partition(".")[0]
    return f"steady{plain}p{part}" if part % 2 else f"zebra{plain}v{number}p{part}"


def sentence(name: str, number: int, part: int) -> str:
    """What a part says, many times. Of three words of its own: an embedder that hashes takes some words for others."""
    own = word(name, number, part)
    return f"{own} okapi{own} quagga{own} and some more words of this part."


def content(name: str, number: int) -> str:
    """A version of a document, in Markdown."""
    parts = [f"# Book {name.partition('.')[0]}"]
    for part in range(PARTS):
        parts.append(f"## Part {part}\n\n" + f"{sentence(name, number, part)} " * 24)
    return "\n\n".join(parts) + "\n"


@dataclass(slots=True)
class Read:
    """What a journal says, on top of what was there `before`: what was promised, and what was under way at its end."""

    before: Promised = field(default_factory=dict)
    promised: Promised = field(default_factory=dict)
    under_way: Promised = field(default_factory=dict)
    kind: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    def allowed(self, name: str) -> list[Version | None]:
        """What the document may be now."""
        now = [self.promised.get(name)]
        return [*now, self.under_way[name]] if name in self.under_way else now


class Journal:
    """Lines of JSON, each on disk before the next thing happens."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def say(self, what: str, **more: Any) -> None:
        """Write one line and wait until it is on disk."""
        self._file.write(json.dumps({"say": what, "at": time.monotonic(), **more}).encode() + b"\n")
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file, where nothing kills this process first."""
        self._file.close()


def read_journal(path: Path, before: Mapping[str, Version | None]) -> Read:
    """Replay a journal on what was promised before it; a torn last line does not count."""
    found = Read(dict(before), dict(before))
    began = 0.0
    for line in path.read_bytes().split(b"\n")[:-1] if path.exists() else []:
        entry = json.loads(line)
        match entry["say"]:
            case "begin":
                found.kind, began = entry["kind"], entry["at"]
                found.under_way = {name: _version(value) for name, value in entry["changes"].items()}
            case "document":
                found.promised[entry["name"]] = found.under_way.pop(entry["name"])
            case "done":
                found.promised.update(found.under_way)
                found.seconds[found.kind] = entry["at"] - began
                found.under_way, found.kind = {}, ""
    return found


def churn(home: Path, before: Mapping[str, Version | None], journal: Path, target: str, seed: int) -> None:
    """Change the library below `home` until killed; the `target` kind of change comes early."""
    chance = random.Random(seed)  # noqa: S311  (to be repeated, not to be secret)
    first = [chance.choice(KINDS) for _ in range(chance.randrange(2))]
    with Library.open(home / "library", HashingEmbedder(dimension=2048)) as library:
        changes = _Changes(library, home / "files", dict(before), Journal(journal), chance, seed * 1_000)
        for kind in [*first, target]:
            changes.make(kind)
        while True:
            changes.make(chance.choice(KINDS))


class _Changes:
    """Makes changes, and says before each what it will change and afterwards that it is done."""

    def __init__(
        self, library: Library, folder: Path, state: Promised, journal: Journal, chance: random.Random, number: int
    ) -> None:
        self._library, self._folder, self._state, self._journal = library, folder, state, journal
        self._chance, self._number = chance, number
        for name in FILES:
            self._write(name, state.get(name))

    def make(self, kind: str) -> None:
        changes: Promised = getattr(self, f"_{kind}")()
        self._journal.say("begin", kind=kind, changes={name: _plain(value) for name, value in changes.items()})
        if kind in ("ingest", "update", "vanish"):
            for name, version in changes.items():
                self._write(name, version)
            self._library.ingest(self._folder, source="files", progress=self._acknowledge(set(changes)))
        elif kind in ("reindex", "compact"):
            getattr(self._library, kind)()
        else:
            for name, version in changes.items():
                self._change(kind, name, version)
        self._state.update(changes)
        self._journal.say("done")

    def _change(self, kind: str, name: str, version: Version | None) -> None:
        if version is None:
            (self._folder / name).unlink(missing_ok=True)
            self._library.delete(name)
        elif kind == "audience":
            self._library.set_audience(name, version.groups)
        else:
            self._library.add_upload(name, content(name, version.number).encode(), version.groups)

    def _acknowledge(self, names: set[str]) -> Any:
        def note(step: Progress) -> None:
            if step.stage in ("words", "removed") and step.document in names:
                self._journal.say("document", name=step.document)

        return note

    def _ingest(self) -> Promised:
        absent = [name for name in FILES if self._state.get(name) is None]
        return {name: self._next() for name in self._some(absent or FILES, 4)}

    def _update(self) -> Promised:
        return {name: self._next() for name in self._some(self._present(FILES) or FILES, 4)}

    def _vanish(self) -> Promised:
        return dict.fromkeys(self._some(self._present(FILES), 2))

    def _upload(self) -> Promised:
        name = self._chance.choice(UPLOADS)
        before = self._state.get(name)
        return {name: Version(self._next().number, before.groups if before else EVERYONE)}

    def _audience(self) -> Promised:
        found = {name: self._state[name] for name in self._some(self._present(UPLOADS), 1)}
        return {
            name: Version(old.number, STAFF if old.groups == EVERYONE else EVERYONE)
            for name, old in found.items()
            if old
        }

    def _delete(self) -> Promised:
        return dict.fromkeys(self._some(self._present((*FILES, *UPLOADS)), 1))

    def _reindex(self) -> Promised:
        return {}

    _compact = _reindex

    def _present(self, names: tuple[str, ...]) -> list[str]:
        return [name for name in names if self._state.get(name) is not None]

    def _some(self, names: list[str] | tuple[str, ...], most: int) -> list[str]:
        return self._chance.sample(names, min(most, len(names)))

    def _next(self) -> Version:
        self._number += 1
        return Version(self._number)

    def _write(self, name: str, version: Version | None) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if version is None:
            (self._folder / name).unlink(missing_ok=True)
        else:
            (self._folder / name).write_text(content(name, version.number))


def _plain(version: Version | None) -> list[Any] | None:
    return None if version is None else [version.number, sorted(version.groups)]


def _version(value: list[Any] | None) -> Version | None:
    return None if value is None else Version(value[0], frozenset(value[1]))
