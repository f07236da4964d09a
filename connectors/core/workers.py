"""One worker for each key that has work, and none for the others: what it does is done in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from connectors.core.clock import backoff
from connectors.errors import ConnectorError

log = logging.getLogger(__name__)

Step = Callable[[str], Awaitable[bool]]
"""Does the next piece of a key's work; False when there was none."""


class Workers:
    """Calls `step` for a key as long as it finds work; `wake` says that there may be some."""

    def __init__(self, step: Step, name: str) -> None:
        self._step = step
        self._name = name
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()

    def wake(self, key: str) -> None:
        """There is work for a key."""
        self._woken.add(key)
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._work(key), name=f"{self._name} {key}")

    @property
    def busy(self) -> int:
        """How many keys have a worker."""
        return len(self._tasks)

    async def stop(self) -> None:
        """Stop all of them where they are."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, key: str) -> None:
        try:
            waits = backoff()
            while key in self._woken:
                self._woken.discard(key)
                try:
                    while await self._step(key):
                        waits = backoff()
                except ConnectorError as error:
                    log.error("%s: %s", self._name, error)
                    await asyncio.sleep(next(waits))
                    self._woken.add(key)
                except Exception:
                    # Whatever it was, the work is still in the tables, and the others' goes on.
                    log.exception("%s stopped unexpectedly; it goes on", self._name)
                    await asyncio.sleep(next(waits))
                    self._woken.add(key)
        finally:
            del self._tasks[key]
