"""GET /v1/models: by which names one may ask."""

from collections.abc import Mapping
from typing import Any, get_args

from fastapi import APIRouter

from assistant.api.contract.openai_shapes import ModelList, ModelShape
from assistant.api.contract.routes import shows
from assistant.api.openai.ports import Gateway
from assistant.errors import NotFound
from assistant.messages import message
from assistant.turn.answer import Profile

OWNER = "pilares"


def model_routes(gateway: Gateway) -> APIRouter:
    """The routes, bound to the models."""
    router = APIRouter(prefix="/v1/models")

    @router.get("", **shows(ModelList))
    def list_models() -> dict[str, Any]:
        return {"object": "list", "data": [_model(*each) for each in known_models(gateway).items()]}

    @router.get("/{model:path}", **shows(ModelShape))
    def show_model(model: str) -> dict[str, Any]:
        known = known_models(gateway)
        if model not in known:
            raise NotFound(message("model_unknown", "en", model=model, known=", ".join(known)))
        return _model(model, known[model])

    return router


def known_models(gateway: Gateway) -> Mapping[str, str]:
    """Every name, and what is behind it: profiles choose a model, tiers are one."""
    served = {name: each.name for name, each in gateway.served().items()}
    return {**dict.fromkeys(get_args(Profile), ""), **served, gateway.embedder(): "embedder"}


def check_known(model: str, gateway: Gateway) -> None:
    """Raises NotFound for a name that is none, and InvalidRequest for the embedder's, which answers nothing."""
    known = known_models(gateway)
    if model not in known or known[model] == "embedder":
        chat = [name for name, kind in known.items() if kind != "embedder"]
        raise NotFound(message("model_unknown", "en", model=model, known=", ".join(chat)))


def _model(name: str, behind: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": OWNER, "pilares": {"model": behind}}
