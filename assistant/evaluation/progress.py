"""How far an evaluation is: a bar with the time left on a terminal, a line now and then in a log."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_EVERY_S = 15.0


class OnStep(Protocol):
    """Called with how many of how many steps are done."""

    def __call__(self, done: int, total: int, /) -> None: ...


@contextmanager
def shown(label: str, console: Console) -> Iterator[OnStep]:
    """Show progress under `label` while the block runs."""
    if not console.is_terminal:
        yield _Log(label, console)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(TextColumn("{task.description}"), *columns, console=console) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Log:
    def __init__(self, label: str, console: Console) -> None:
        self._label = label
        self._console = console
        self._began = self._told = monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = monotonic()
        if now - self._told < _EVERY_S or not done:
            return
        self._told = now
        elapsed = now - self._began
        left = elapsed / done * (total - done)
        self._console.print(f"{self._label}: {done} of {total}, {_clock(elapsed)} gone, about {_clock(left)} left")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
