"""Keeps what is served in step with the registry while an assistant runs, whoever promotes, from whichever process.

Promotions are found by looking at two files twice a second. What came of it stands in `served.json` beside the aliases,
so that `pilares finetune` can say it without asking the server.
"""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from assistant.errors import AssistantError
from assistant.models.adapters import Adapters
from finetune.errors import FinetuneError
from finetune.registry import Registry
from finetune.registry.aliases import now
from finetune.registry.writing import replace_json

LOOK_SECONDS = 0.5
JUDGE_SECONDS = 30.0
SERVED = "served.json"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Steps:
    """What the watch does: `follow` serves what is promoted now, `judge` looks at what people think of the canaries."""

    follow: Callable[[], Adapters]
    judge: Callable[[], None]


class AdapterWatch:
    """A thread that looks twice a second; `close` ends it."""

    def __init__(self, registry: Registry, steps: Steps) -> None:
        self._registry = registry
        self._steps = steps
        self._over = Event()
        self._seen: tuple[int, ...] = ()  # the first look always writes down what is served
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to look. Does nothing when it does already."""
        if self._thread is None:
            self._thread = Thread(target=self._work, name="adapters", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Look no more; a change that is being made is finished in the background."""
        self._over.set()

    def _work(self) -> None:
        looked = 0
        while not self._over.wait(LOOK_SECONDS):
            looked += 1
            try:
                if looked % int(JUDGE_SECONDS / LOOK_SECONDS) == 0:
                    self._steps.judge()
                self.look()
            except Exception:
                log.exception("adapters could not be looked at")

    def look(self) -> None:
        """Serve what is promoted now, if that has changed."""
        if (stamp := self._registry.stamp) == self._seen:
            return
        self._seen = stamp
        try:
            adapters = self._steps.follow()
        except (AssistantError, FinetuneError) as error:
            log.error("the promotion is not served: %s", error)
            note(self._registry.folder, None, (str(error),))
            return
        for problem in adapters.problems:
            log.warning("%s", problem)
        note(self._registry.folder, adapters, adapters.problems)


def note(folder: Path, adapters: Adapters | None, problems: tuple[str, ...]) -> None:
    """Write down what is served now; None when a change could not be made."""
    said: dict[str, Any] = {"process": os.getpid(), "at": now(), "problems": [*problems]}
    if adapters is not None:
        said |= {"serving": dict(adapters.serving), "loaded": sorted(adapters.files)}
    with suppress(OSError):
        if folder.is_dir():
            replace_json(folder / SERVED, said)
