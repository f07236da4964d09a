"""POST /v1/responses, and the responses that are stored."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from assistant.api.contract.openai_shapes import DeletedShape, ResponseShape
from assistant.api.contract.routes import OF_OPENAI, shows
from assistant.api.identity import user_of
from assistant.api.openai.asking import ModelAsking
from assistant.api.openai.models import check_known
from assistant.api.openai.ports import Gateway
from assistant.api.openai.responses.body import ResponseBody
from assistant.api.openai.responses.grounded import GroundedResponses
from assistant.api.openai.responses.raw import RawResponses
from assistant.api.openai.responses.shelf import Shelf
from assistant.api.ports import Assistant
from assistant.api.running import RunningTurns
from assistant.settings import Settings

_Id = Annotated[str, Path(max_length=64)]


def response_routes(
    assistant: Assistant, settings: Settings, turns: RunningTurns, gateway: Gateway, asking: ModelAsking
) -> APIRouter:  # fmt: skip
    """The routes, bound to an assistant and to its models."""
    router, shelf = APIRouter(prefix="/v1/responses"), Shelf(assistant.conversations)
    grounded = GroundedResponses(assistant, settings, turns, shelf)
    raw = RawResponses(asking, shelf)

    @router.post("", **shows(ResponseShape, 404, 502, events=OF_OPENAI))
    async def respond(body: ResponseBody, request: Request) -> Response:
        body.check()
        await run_in_threadpool(check_known, body.model, gateway)
        return await (grounded if body.is_grounded else raw).answer(body, request)

    @router.get("/{response_id}", **shows(ResponseShape))
    def show_response(request: Request, response_id: _Id) -> dict[str, Any]:
        return shelf.whole(user_of(request), response_id)

    @router.delete("/{response_id}", **shows(DeletedShape))
    def delete_response(request: Request, response_id: _Id) -> dict[str, Any]:
        return shelf.forget(user_of(request), response_id)

    return router
