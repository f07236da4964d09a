"""Run as a program: syncs a source whose documents it makes up, and prints each fetch, so that it can be killed there.

Arguments: knowledge folder, number of documents, a pause in seconds in each fetch, and "versions" or "none".
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from knowledge.library import Library
from knowledge.sources.config import SourceConfig
from knowledge.sources.source import Entry, Gap
from knowledge.sync.job import JobState
from knowledge.sync.runner import Runner
from knowledge.sync.sources import Sources
from knowledge.testing.embedder import HashingEmbedder

WIKI = SourceConfig(name="wiki", kind="made up", groups=("everyone",))


class MadeUp:
    """Documents with a secret word each; the first ones can be renamed."""

    def __init__(self, count: int, pause: float, versioned: bool, renamed: int = 0) -> None:
        self._count, self._pause, self._versioned, self._renamed = count, pause, versioned, renamed

    def entries(self) -> Iterator[Entry | Gap]:
        for number in range(self._count):
            folder = "new/" if number < self._renamed else ""
            yield Entry(f"{folder}{number:02d}.md", version="1" if self._versioned else None)

    def fetch(self, entry: Entry) -> bytes:
        print("fetch", entry.name, flush=True)
        time.sleep(self._pause)
        number = entry.name[-5:-3]
        return f"# Document {number}\n\nIts secret word is zebra{number}. {'Some more words. ' * 60}".encode()

    def close(self) -> None: ...


def sync(library: Library, source: MadeUp) -> JobState:
    """Take up what was left, or begin anew."""
    sources = Sources(library.workshop, [WIKI])
    runner = Runner(library.workshop, sources, lambda _: source)
    return runner.run(sources.sync("wiki").id).state


def main() -> None:
    home, count, pause, versions, renamed = sys.argv[1:6]
    source = MadeUp(int(count), float(pause), versions == "versions", int(renamed))
    with Library.open(Path(home), HashingEmbedder(dimension=2048)) as library:
        print("open", flush=True)
        print(sync(library, source).value, flush=True)
        time.sleep(60)


if __name__ == "__main__":
    main()
