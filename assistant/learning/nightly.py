"""Learning while a server runs: begins when it is due and nobody asks, one run at a time."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

from assistant.errors import AssistantError
from assistant.learning.run import Learning
from assistant.learning.schedule import due
from assistant.learning.settings import LearnSettings
from finetune.errors import FinetuneError

REQUEST = "learn.request"
LOOK_S = 20.0
QUIET_LOOK_S = 5.0
log = logging.getLogger(__name__)


class Closing(Exception):
    """The server ends: the run goes on the next time."""


class Nightly:
    """Looks now and then whether a run is due, or somebody asked for one (`request`).

    `quiet_s` says for how many seconds nobody has asked anything. A run that finds the house busy waits before its next
    stage; one that was asked for "now" does not wait.
    """

    def __init__(
        self, learning: Learning, settings: LearnSettings, folder: Path, quiet_s: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:  # fmt: skip
        self._learning = learning
        self._settings = settings
        self._request = folder / REQUEST
        self._quiet_s = quiet_s
        self._now = now
        self._over = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Look from now on, in the background."""
        if self._thread is None:
            self._thread = Thread(target=self._work, name="learn", daemon=True)
            self._thread.start()

    def close(self, longest_s: float = 0.0) -> None:
        """Begin nothing more; a stage that is at work is gone on with by the next server."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(longest_s)

    def _work(self) -> None:
        while not self._over.wait(LOOK_S):
            try:
                self.look()
            except Closing:
                return
            except (AssistantError, FinetuneError) as error:
                log.error("learning: %s", error)
            except Exception:
                log.exception("learning could not be looked at")

    def look(self) -> bool:
        """Run if it is time to; whether it was. Raises Closing, AssistantError and FinetuneError."""
        asked = self._asked()
        last = self._learning.journal.last()
        if not asked and not (self._settings.enabled and due(self._now(), last, self._settings)):
            return False
        at_once = asked == "now"
        if not at_once and self._quiet_s() < self._settings.quiet_minutes * 60:
            return False
        with suppress(OSError):
            self._request.unlink(missing_ok=True)
        run = self._learning.run(wait=self._stop_only if at_once else self._quiet)
        log.info("learning %s: %s: %s", run.id, run.last.stage, run.last.why or run.last.outcome)
        return True

    def _asked(self) -> str:
        try:
            return self._request.read_text(encoding="utf-8").strip() or "soon"
        except OSError:
            return ""

    def _stop_only(self) -> None:
        if self._over.is_set():
            raise Closing

    def _quiet(self) -> None:
        while self._quiet_s() < self._settings.quiet_minutes * 60:
            if self._over.wait(QUIET_LOOK_S):
                raise Closing
        self._stop_only()


def request(folder: Path, *, now: bool) -> None:
    """Ask the running server for a run. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REQUEST).write_text("now" if now else "soon", encoding="utf-8")
