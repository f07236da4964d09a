"""Run as a program: ingests a folder and prints each step, so that the test can kill it at one of them.

Arguments: knowledge folder, documents folder, and a pause in seconds after each step (time to be killed in).
"""

import sys
import time
from pathlib import Path

from knowledge.ingest.report import Progress
from knowledge.library import Library
from knowledge.testing.embedder import HashingEmbedder


def main() -> None:
    home, documents, pause = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])

    def step(progress: Progress) -> None:
        print(progress.stage, progress.document, flush=True)
        time.sleep(pause)

    with Library.open(home, HashingEmbedder(dimension=2048)) as library:
        print("open", flush=True)
        library.ingest(documents, progress=step)
        print("done", flush=True)
        time.sleep(60)


if __name__ == "__main__":
    main()
