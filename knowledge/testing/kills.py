"""kill -9 at random moments of changes to a library, and what must be true of it afterwards.

After each kill the library is opened again and compared with what its journal promised: nothing that was acknowledged
is lost, no document is there by half or twice, what is gone is found no more, and all parts fit each other.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, perf_counter, sleep

from knowledge.library import EVERYONE, Library
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.formats import FileReader
from knowledge.search.searcher import Mode
from knowledge.testing.churn import (
    FILES,
    KINDS,
    PARTS,
    STAFF,
    UPLOADS,
    Promised,
    Read,
    Version,
    churn,
    content,
    read_journal,
    sentence,
    word,
)
from knowledge.testing.embedder import HashingEmbedder

MODES: tuple[Mode, ...] = ("lexical", "dense")
_PATIENCE_S = 120.0
_INDEX_LOST = ("index", "lost")  # findings that say that the vector index cannot be read, or not all of it
_USUAL_S = 0.3  # a change takes about so long, until one of its kind has been timed


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not be: `lost`, `half`, `doubled`, `revenant`, `leaked` or `unsound`."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: the change that it hit ("" between two changes), and what was wrong afterwards.

    `damaged` says that the vector index could not be read any more, which is no fault: it is built again from SQL.
    """

    hit: str
    faults: tuple[Fault, ...]
    damaged: bool
    check_s: float


@dataclass(slots=True)
class Killing:
    """Kills one process after the other over one library in `home`; each takes up what the last one left."""

    home: Path
    seed: int = 0
    promised: Promised = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    _damaged: bool = False

    def kills(self, times: int) -> Iterator[Kill]:
        """Kill so many times, over every kind of change in turn."""
        context = get_context("forkserver")  # loads libraries once; whoever forks is no process with threads
        context.set_forkserver_preload(["knowledge.testing.churn", "chromadb"])
        chance = random.Random(self.seed)  # noqa: S311  (to be repeated, not to be secret)
        for number in range(1, times + 1):
            target = KINDS[(number - 1) % len(KINDS)]
            journal = self.home / f"journal-{number}.jsonl"
            arguments = (self.home, self.promised, journal, target, number)
            process = context.Process(target=churn, args=arguments, daemon=True)
            process.start()
            self._wait_for(journal, target)
            sleep(chance.uniform(0, 1.2 * self.seconds.get(target, _USUAL_S)))
            assert process.is_alive(), f"The changing process ended by itself (exit code {process.exitcode})."
            process.kill()
            process.join()
            read = read_journal(journal, self.promised)
            self.seconds |= read.seconds
            began = perf_counter()
            faults = tuple(self._check(read))
            yield Kill(read.kind, faults, self._damaged, perf_counter() - began)

    def _wait_for(self, journal: Path, target: str) -> None:
        deadline = monotonic() + _PATIENCE_S
        while read_journal(journal, {}).kind != target:
            assert monotonic() < deadline, f"{target} did not begin within {_PATIENCE_S:.0f} s."
            sleep(0.002)

    def _check(self, read: Read) -> Iterator[Fault]:
        """What the next process finds, before and after it has finished what was left."""
        with Library.open(self.home / "library", HashingEmbedder(dimension=2048)) as library:
            findings = library.verify().findings
            self._damaged = any(finding.kind in _INDEX_LOST for finding in findings)
            yield from (Fault("unsound", each.message) for each in findings if each.kind not in _INDEX_LOST)
            found = {name: _present(library, name) for name in (*FILES, *UPLOADS)}
            yield from _doubled(library)
            for name, there in found.items():
                yield from _not_as_promised(name, there, read)
                yield from _not_whole(library, name, there)
            library.finish()
            for name, there in found.items():
                yield from _not_found(library, name, there)
                yield from _ghosts(library, name, there, read)
            yield from (Fault("unsound", finding.message) for finding in library.verify().findings)
            if library.stats().vectors != library.stats().chunks:
                yield Fault("lost", "vectors are missing after finishing")
        self.promised = found


def _present(library: Library, name: str) -> Version | None:
    """What is stored under a name, by its own words; -1 where these belong to no one version."""
    documents = [document for document in library.documents() if document.name == name]
    if not documents:
        return None
    text = library.text(documents[0].id)
    number = int(text.partition("zebra")[2].partition("v")[2].partition("p")[0] or -1)
    return Version(number if text == _parsed(name, number).text else -1, frozenset(documents[0].audience))


def _parsed(name: str, number: int) -> ParsedDocument:
    return FileReader().read(RawFile(name, content(name, number).encode()))


def _doubled(library: Library) -> Iterator[Fault]:
    names = [document.name for document in library.documents()]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault("doubled", f"{name} is there {names.count(name)} times")


def _not_as_promised(name: str, there: Version | None, read: Read) -> Iterator[Fault]:
    if there is not None and there.number < 0:
        yield Fault("half", f"the text of {name} is that of no version")
    elif there not in (allowed := read.allowed(name)):
        yield Fault("lost", f"{name} should be {' or '.join(map(str, allowed))} and is {there}")


def _not_whole(library: Library, name: str, there: Version | None) -> Iterator[Fault]:
    """Chunks cover their text once, word for word."""
    if there is None:
        return
    document = library.document(name)
    text, passages = library.text(document.id), library.passages_of(document.id, there.groups)
    if "".join("".join(passage.text.split()) for passage in passages) != "".join(text.split()):
        yield Fault("half", f"the passages of {name} are not its text")
    if any(passage.text != text[passage.start : passage.end] for passage in passages):
        yield Fault("half", f"a passage of {name} stands elsewhere in its text")
    if document.chunks != len(passages):
        yield Fault("doubled", f"{name} has {document.chunks} chunks and shows {len(passages)}")


def _not_found(library: Library, name: str, there: Version | None) -> Iterator[Fault]:
    """By words and by meaning, by those who may read it and by nobody else."""
    if there is None:
        return
    others = (EVERYONE | STAFF) - there.groups
    for part in range(PARTS):
        for mode in MODES:
            sought, asked = word(name, there.number, part), sentence(name, there.number, part)
            hits = library.search(asked, mode=mode, k=1, groups=there.groups)
            if [hit.document for hit in hits if sought in hit.text] != [name]:
                yield Fault("lost", f"{name} is not found by {sought} ({mode})")
            if any(hit.document == name for hit in library.search(asked, mode=mode, k=50, groups=others)):
                yield Fault("leaked", f"{name} is found by {', '.join(sorted(others))} ({mode})")


def _ghosts(library: Library, name: str, there: Version | None, read: Read) -> Iterator[Fault]:
    """What it was before, or would have become, is found no more."""
    for version in (*read.allowed(name), read.before.get(name)):
        if version is None or (there is not None and there.number == version.number):
            continue
        for mode in MODES:
            sought, asked = word(name, version.number, 0), sentence(name, version.number, 0)
            hits = library.search(asked, mode=mode, k=50, groups=EVERYONE | STAFF)
            if any(sought in hit.text or (there is None and hit.document == name) for hit in hits):
                yield Fault("revenant", f"{sought} is still found ({mode})")
