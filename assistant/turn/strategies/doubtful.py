"""A turn that may want a tool, and may as well be a question: the documents are read before a tool is chosen.

"How many days off do I have left?" wants a tool, "How many days off does one get?" wants the documents. By their words
a small model tells them apart badly; that no line answers the first is what tells (docs/benchmarks.md, "Tool calls").
"""

from assistant.errors import ModelError
from assistant.turn.events import Reading
from assistant.turn.outcome import Outcome
from assistant.turn.read import Reader
from assistant.turn.strategies.strategy import Scene
from assistant.turn.strategies.task import REASON, TaskStrategy

ANSWERED = 0.4
"""P(one of the lines answers) from which on a question is left to the documents."""


class DoubtfulTask:
    """Comes after the search. What it reads is read again by what answers the question, out of the model's cache."""

    name = REASON

    def __init__(self, tasks: TaskStrategy, reader: Reader) -> None:
        self._tasks = tasks
        self._reader = reader

    def prime(self) -> None:
        """Nothing: both are primed where they are used first."""

    def begin(self, scene: Scene) -> Outcome | None:
        """Begin a task, if the turn may want one and the documents do not answer it."""
        if scene.context.aside is not None:  # a task is open already, and this is a question in between
            return None
        wish = self._tasks.doubtful(scene)
        return None if wish is None or self._answered(scene) else self._tasks.begin_doubtful(scene, wish)

    def _answered(self, scene: Scene) -> bool:
        try:
            read = self._reader.sift(
                scene.understanding,
                scene.evidence,
                scene.context.stopped,
                lambda line, lines: scene.emit(Reading(line, lines)),
            )
        except ModelError:
            return False  # nothing can be read out of the documents now
        return read.signals.get("found", 0.0) >= ANSWERED
