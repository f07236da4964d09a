"""Documents taken in with bars on standard error: for `pilares ingest`, and the samples of `pilares up`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.app import Assistant
    from knowledge.ingest.report import IngestReport


def take_in(
    assistant: "Assistant", paths: Sequence[Path], source: str | None = None, *, forget_gone: bool = False
) -> "IngestReport":
    """Read, index, and compute the vectors of single sentences, so that the first question finds them.

    Raises SourceError for a path that cannot be read; what cannot be read in a folder is in the report.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from knowledge.ingest.report import Progress as Step

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        reading, indexing, sentences = (bar.add_task(name, total=None) for name in ("reading", "indexing", "sentences"))

        def step(each: Step) -> None:
            task = indexing if each.stage == "vectors" else reading
            bar.update(task, total=each.total, completed=each.number)

        report = assistant.library.ingest(paths, source=source, progress=step, forget_gone=forget_gone)
        assistant.refine(lambda done, total: bar.update(sentences, total=total, completed=done))
    return report
