"""The model that writes for a strategy: the large one, or the one the person chose; the other while that is down."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from langchain_core.messages import BaseMessage

from assistant.errors import ModelCorrupt, ModelUnavailable
from assistant.turn.answer import Route
from assistant.turn.strategies.strategy import Scene

_Role = Literal["slm", "llm"]


class Writer:
    """Asks a model, and knows which one answered; `route` says so."""

    def __init__(self, scene: Scene, reason: str) -> None:
        self._scene = scene
        self._role: _Role = "slm" if scene.context.request.model == "slm" else "llm"
        self._fell_back = False
        self.route: Route = scene.route(self._role, reason)

    def lines(self, messages: Sequence[BaseMessage], **options: Any) -> Iterator[str]:
        """What the model writes, line by line, as soon as each is complete. Raises as a call does."""
        rest = ""
        for piece in self._pieces(messages, **options):
            *whole, rest = (rest + piece).split("\n")
            yield from whole
        if rest:
            yield rest

    def __call__(self, messages: Sequence[BaseMessage], **options: Any) -> str:
        """What the model says; nothing of it is shown. Raises ModelError, and Stopped when the turn was stopped."""
        return "".join(self._pieces(messages, **options))

    def _pieces(self, messages: Sequence[BaseMessage], **options: Any) -> Iterator[str]:
        """The other model's, when the first cannot be reached; one that breaks off in the middle is an error."""
        self._scene.check_stopped()
        begun = False
        try:
            for piece in self._scene.pieces(self._role, messages, **options):
                begun = True
                yield piece
        except (ModelUnavailable, ModelCorrupt):
            if self._fell_back or begun:
                raise
            reason = f"{self._role}_unavailable"
            self._role, self._fell_back = ("slm" if self._role == "llm" else "llm"), True
            name = self._scene.models.name(self._role)
            self.route = replace(self.route, tier=self._role, model=name, reason=reason)
            yield from self._scene.pieces(self._role, messages, **options)
