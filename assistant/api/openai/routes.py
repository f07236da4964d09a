"""Everything under /v1."""

from fastapi import APIRouter

from assistant.api.openai.asking import ModelAsking
from assistant.api.openai.chat import chat_routes
from assistant.api.openai.embeddings import embedding_routes
from assistant.api.openai.files import file_routes
from assistant.api.openai.models import model_routes
from assistant.api.openai.ports import Gateway
from assistant.api.openai.responses.routes import response_routes
from assistant.api.ports import Assistant
from assistant.api.running import RunningTurns
from assistant.security.limits import Limits
from assistant.settings import Settings


def openai_routes(
    assistant: Assistant, settings: Settings, turns: RunningTurns, gateway: Gateway, limits: Limits
) -> APIRouter:
    """The routes, bound to an assistant and its models."""
    router, asking = APIRouter(), ModelAsking(gateway, settings, turns)
    router.include_router(model_routes(gateway))
    router.include_router(chat_routes(assistant, settings, turns, gateway, asking))
    router.include_router(response_routes(assistant, settings, turns, gateway, asking))
    router.include_router(embedding_routes(gateway, limits))
    router.include_router(file_routes(assistant, settings))
    return router
