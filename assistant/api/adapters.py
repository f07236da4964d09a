"""Adapters: which versions there are, what their gates found, which of them serve; promote and roll back."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.contract.adapter_shapes import AdapterList, MoveShape, WholeAdapter
from assistant.api.contract.routes import shows
from assistant.api.errors import language_of
from assistant.api.identity import person_of
from assistant.errors import AssistantError, ConfigurationError
from assistant.messages import message
from assistant.models.adapters import check_serves_here, groups_served, read_adapters, registry_of
from assistant.models.serving import SHIPPED, Serving, serving_now
from assistant.settings import Settings
from finetune.errors import AdapterInvalid, PromotionRefused
from finetune.registry import Registry, Version
from finetune.registry.aliases import Move

Alias = Annotated[str, Path(max_length=64)]
Why = Annotated[str, Field(max_length=500)]


class Promotion(BaseModel):
    """What is to serve: `version` is `topic@vN`; with `canary`, only so many percent of the conversations at first.

    One that has not passed its gate is promoted at the server itself, not here.
    """

    model_config = ConfigDict(extra="forbid")

    version: Annotated[str, Field(max_length=80)]
    canary: Annotated[int, Field(ge=1, le=50)] | None = None
    why: Why = ""


class Return(BaseModel):
    """Why what served before is to serve again."""

    model_config = ConfigDict(extra="forbid")

    why: Why = ""


def adapter_routes(settings: Settings) -> APIRouter:
    """The routes, bound to the registry of an installation; plain functions: they read and write files.

    A running server follows within seconds of a change, wherever it was made.
    """
    router, registry = APIRouter(prefix="/api"), registry_of(settings)

    @router.get("/adapters", **shows(AdapterList))
    def list_adapters() -> dict[str, Any]:
        withdrawn = registry.withdrawn()
        versions = [_version_json(each, withdrawn.get(each.name, 0)) for each in registry.versions()]
        return {"versions": versions, "serving": _serving(settings, registry), "problems": _problems(settings)}

    @router.get("/adapters/{name}", **shows(WholeAdapter))
    def show_adapter(name: str) -> dict[str, Any]:
        version = registry.version(name)
        moves = [_move_json(each) for each in registry.history() if name in (each.before, each.after)]
        about = _version_json(version, registry.withdrawn().get(name, 0))
        return {**about, "card": dict(version.card), "gate_record": dict(version.gate), "moves": moves}

    @router.post("/aliases/{alias}/promote", **shows(MoveShape, 404, 409))
    def promote(request: Request, alias: Alias, body: Promotion) -> dict[str, Any]:
        try:
            check_serves_here(settings, registry.version(body.version))
        except ConfigurationError as error:
            raise PromotionRefused(str(error)) from None
        who, serves = person_of(request).name, groups_served(settings, alias)
        if not serves:
            raise PromotionRefused(message("alias_serves_nobody", language_of(request), alias=alias))
        return _move_json(
            registry.promote(alias, body.version, who=who, why=body.why, serves=serves, canary=body.canary or 0)
        )

    @router.post("/aliases/{alias}/rollback", **shows(MoveShape, 404, 409))
    def rollback(request: Request, alias: Alias, body: Return | None = None) -> dict[str, Any]:
        why = "" if body is None else body.why
        return _move_json(
            registry.rollback(alias, who=person_of(request).name, why=why, serves=groups_served(settings, alias))
        )

    return router


def _version_json(version: Version, withdrawn: int) -> dict[str, Any]:
    """A version; of one that is damaged, why it cannot be used."""
    about: dict[str, Any] = {
        "name": version.name, "topic": version.topic, "base": None, "created": None, "groups": [], "gate": "",
        "withdrawn_rows": withdrawn, "error": None,
    }  # fmt: skip
    try:
        card = version.card
        about |= {
            "base": card.get("base"), "created": card.get("created"), "groups": sorted(version.groups),
            "gate": version.verdict,
        }  # fmt: skip
    except AdapterInvalid as error:
        about["error"] = str(error)
    return about


def _serving(settings: Settings, registry: Registry) -> list[dict[str, Any]]:
    """What serves under each alias, and the canary beside it; nothing where the settings have no adapter read."""
    if settings.grounded_adapter == "none":
        return []
    return [_serving_json(settings, each) for each in serving_now(settings, registry) if each.fits]


def _serving_json(settings: Settings, each: Serving) -> dict[str, Any]:
    canary = None if each.canary is None else {"version": each.canary.candidate, "percent": each.canary.percent}
    return {
        "alias": each.alias, "version": each.version, "groups": sorted(groups_served(settings, each.alias)),
        "since": each.since or None, "by": each.by or None, "canary": canary,
    }  # fmt: skip


def _problems(settings: Settings) -> list[str]:
    """Why something that was promoted or configured does not serve."""
    try:
        return [*read_adapters(settings).problems]
    except AssistantError as error:
        return [str(error)]


def _move_json(move: Move) -> dict[str, Any]:
    return {
        "when": move.when, "who": move.who, "action": move.action, "alias": move.alias,
        "before": move.before or SHIPPED, "after": move.after or SHIPPED, "why": move.why, "percent": move.percent,
    }  # fmt: skip
