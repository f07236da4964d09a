"""How a download tells how far it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Called again and again while a file arrives."""

    def __call__(self, file: str, done: int, total: int) -> None:
        """`done` of `total` bytes of `file` are here; it may fall back when a broken piece is fetched again."""


def silent(file: str, done: int, total: int) -> None:
    """Tell nobody."""


@contextmanager
def rich_progress() -> Iterator[Progress]:
    """Bars on the terminal (standard error), one for each file; elsewhere, in a log, a line for each."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True)
    with Bars(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def show(file: str, done: int, total: int) -> None:
            if file not in tasks:
                tasks[file] = bars.add_task(file, total=total)
                if not console.is_terminal:
                    console.print(f"Fetching {file} ({total / 1e6:,.0f} MB) ...", highlight=False)
            bars.update(tasks[file], completed=done)

        yield show
