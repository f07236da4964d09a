"""While a server runs: deletions that were interrupted are finished when it starts, and once a day what is due goes."""

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Self

from assistant.errors import AssistantError
from assistant.personal.erasure import resume
from assistant.personal.retention import tidy
from assistant.personal.subject import Places
from connectors.errors import ConnectorError
from finetune.errors import FinetuneError
from knowledge.errors import KnowledgeError

EVERY_S = 24 * 3600.0
log = logging.getLogger(__name__)


class Daily:
    """A context manager: the work is done in the background, at once and then every day, while the block runs.

    `sweep` deletes, after all else, what is left of conversations that are gone: the files that were sent into them.
    """

    def __init__(self, places: Places, sweep: Callable[[], object], every_s: float = EVERY_S) -> None:
        self._places, self._sweep, self._every_s = places, sweep, every_s
        self._over = Event()
        self._thread = Thread(target=self._work, name="daily", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._over.is_set():
            for what in (lambda: resume(self._places), lambda: tidy(self._places), self._sweep):
                try:
                    what()
                except (AssistantError, ConnectorError, FinetuneError, KnowledgeError) as error:
                    log.error("what is due could not be deleted: %s", error)
                except Exception:
                    log.exception("what is due could not be deleted; it is tried again tomorrow")
            self._over.wait(self._every_s)
