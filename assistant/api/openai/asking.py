"""Putting a request to a model as it is: which one, and in a turn of its own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from assistant.api.errors import language_of
from assistant.api.following import Events
from assistant.api.identity import person_of
from assistant.api.openai.errors import refused
from assistant.api.openai.ports import Gateway, Served
from assistant.api.running import RunningTurn, RunningTurns, Used
from assistant.errors import AssistantError
from assistant.routing.privacy import personal_data
from assistant.settings import Settings
from assistant.turn.events import Failed

Chunk = Mapping[str, Any]
Piece = Chunk | Failed | AssistantError


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request to a model."""

    served: Served
    body: Mapping[str, Any]
    interface_language: str | None


class ModelAsking:
    """Chooses a model, and passes requests on."""

    def __init__(self, gateway: Gateway, settings: Settings, turns: RunningTurns) -> None:
        self._gateway, self._settings, self._turns = gateway, settings, turns

    def chosen(self, model: str, texts: Iterable[str]) -> Served:
        """The model that is asked these texts. Raises InvalidRequest when none may be."""
        served = self._gateway.served()
        wished = {"auto-cheap": "slm", "auto": "llm", "auto-quality": "llm", "local-only": "llm"}.get(model, model)
        kind = personal_data(texts) if self._settings.routing.privacy else None
        if not served[wished].remote or not (kind or model == "local-only"):
            return served[wished]
        here = next((each for each in (served["llm"], served["slm"]) if not each.remote), None)
        if here is None:
            raise refused("kept_here", kind=kind) if kind else refused("local_only_refused")
        return here

    async def begin(
        self, served: Served, body: Mapping[str, Any], request: Request
    ) -> tuple[Events[Piece], RunningTurn]:
        """Put a chat request to a model: its pieces, and the turn that reads them."""
        if body.get("stream"):  # limits want to know the usage, whoever else does not
            body = {**body, "stream_options": {"include_usage": True}}
        asked, events = ModelRequest(served, body, language_of(request)), Events[Piece]()
        running = await run_in_threadpool(self._turns.begin, self._run, asked, events.deliver, person_of(request))
        return events, running

    def _run(self, asked: ModelRequest) -> Iterator[Piece | Used]:
        """An error is handed on as it is: what a model finds wrong with a request is its sender's to mend."""
        try:
            for chunk in self._gateway.complete(asked.served, asked.body):
                if isinstance(usage := chunk.get("usage"), dict):
                    yield Used(asked.served.use(usage))
                yield chunk
        except AssistantError as error:
            yield error


def headers_of_model(served: Served) -> dict[str, str]:
    """Which model answers, for whoever reads headers."""
    return {"x-pilares-tier": served.tier, "x-pilares-model": served.name, "x-pilares-grounded": "false"}
