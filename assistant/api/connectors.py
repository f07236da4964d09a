"""How the connectors to chat platforms are, for those who operate the installation; and their pauses."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from fastapi import APIRouter, Request

from assistant.api.contract.routes import shows
from assistant.api.contract.shapes import ConnectorList, ConnectorShape
from assistant.api.errors import language_of
from assistant.errors import NotFound
from assistant.messages import message
from connectors.connector import Health
from connectors.settings import ConnectorSettings
from connectors.store.links import Link


class RunningConnectors(Protocol):
    """What is needed of them (`connectors.connectors.Connectors` is one)."""

    @property
    def names(self) -> list[str]:
        """Those that are enabled."""

    async def health(self) -> dict[str, Health]:
        """How each is."""

    async def pause(self, name: str, *, on: bool) -> None:
        """Let one answer and send nothing, or go on."""


def connector_routes(connectors: RunningConnectors, settings: Mapping[str, ConnectorSettings]) -> APIRouter:
    """The routes, bound to what runs; `settings` also has those that are switched off."""
    router = APIRouter(prefix="/api/connectors")

    @router.get("", **shows(ConnectorList))
    async def list_connectors() -> dict[str, Any]:
        """How each connector is."""
        return {"connectors": await _list()}

    @router.post("/{name}/pause", **shows(ConnectorShape, 404))
    async def pause_connector(name: str, request: Request) -> dict[str, Any]:
        """Let a connector answer and send nothing until it is resumed. What comes in is kept."""
        return await _paused(name, request, on=True)

    @router.post("/{name}/resume", **shows(ConnectorShape, 404))
    async def resume_connector(name: str, request: Request) -> dict[str, Any]:
        """Let a connector go on."""
        return await _paused(name, request, on=False)

    async def _list() -> list[dict[str, Any]]:
        found = await connectors.health()
        return [connector_json(name, each, found.get(name)) for name, each in sorted(settings.items())]

    async def _paused(name: str, request: Request, *, on: bool) -> dict[str, Any]:
        if name not in connectors.names:
            raise NotFound(message("no_connector", language_of(request), name=name))
        await connectors.pause(name, on=on)
        return next(each for each in await _list() if each["name"] == name)

    return router


def connector_json(name: str, settings: ConnectorSettings, health: Health | None) -> dict[str, Any]:
    """A connector as the API shows it; without `health` it is switched off. Nothing of what people wrote is in it."""
    link = health.link if health is not None else None
    return {
        "name": name,
        "platform": settings.platform,
        "state": _state(health),
        "last_event": _moment(link.last_event if link else None),
        "last_sent": _moment(link.last_sent if link else None),
        "to_answer": health.to_answer if health else 0,
        "to_send": health.to_send if health else 0,
        "held": health.held if health else 0,
        "given_up": health.outbox.get("failed", 0) if health else 0,
        "refused": link.refused if link else 0,
        "error": _error(link),
    }


def _error(link: Link | None) -> dict[str, Any] | None:
    """The last trouble, and whether it is still there."""
    if link is None or not link.last_error:
        return None
    return {"text": link.last_error, "at": _moment(link.last_error_at), "now": bool(link.error)}


def _state(health: Health | None) -> str:
    if health is None:
        return "off"
    if health.link is None:
        return "reconnecting"
    if health.link.paused:
        return "paused"
    return "reconnecting" if health.link.state == "waiting" else health.link.state


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
