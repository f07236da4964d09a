"""POST /v1/embeddings: vectors of the model that documents are searched with."""

import base64
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.contract.openai_shapes import VectorList
from assistant.api.contract.routes import shows
from assistant.api.errors import language_of
from assistant.api.identity import person_of
from assistant.api.openai.errors import refused
from assistant.api.openai.ports import Gateway
from assistant.errors import NotFound
from assistant.messages import message
from assistant.security.limits import Limits
from assistant.security.spending import Use

_Text = Annotated[str, Field(max_length=100_000)]


class EmbeddingBody(BaseModel):
    """Texts to embed. `input_type` says what they are: passages to be searched, or queries to search with."""

    model_config = ConfigDict(extra="allow")

    model: Annotated[str, Field(max_length=200)] = ""
    input: _Text | Annotated[list[Any], Field(min_length=1, max_length=2048)]
    encoding_format: Literal["float", "base64"] | None = "float"
    dimensions: int | None = None
    input_type: Literal["passage", "query"] = "passage"


def embedding_routes(gateway: Gateway, limits: Limits) -> APIRouter:
    """The route, bound to the models; a plain function: embedding takes a while."""
    router = APIRouter()

    @router.post("/v1/embeddings", **shows(VectorList, 404))
    def embed(body: EmbeddingBody, request: Request) -> dict[str, Any]:
        name = gateway.embedder()
        if body.model not in ("", name):
            raise NotFound(message("model_unknown", "en", model=body.model, known=name))
        texts = [body.input] if isinstance(body.input, str) else body.input
        if not all(isinstance(each, str) for each in texts):
            raise refused("tokens_refused")
        tab = limits.open(person_of(request), language_of(request))
        vectors, tokens = gateway.embed(texts, body.input_type)
        tab.note(Use(1, tokens))
        tab.settle()
        if body.dimensions not in (None, vectors.shape[1]):
            raise refused("dimensions_refused", model=name, dimension=vectors.shape[1])
        packed = body.encoding_format == "base64"
        data = [
            {"object": "embedding", "index": index, "embedding": _packed(row) if packed else row.tolist()}
            for index, row in enumerate(vectors)
        ]
        return {
            "object": "list",
            "data": data,
            "model": name,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }

    return router


def _packed(row: Any) -> str:
    """32-bit floats, little endian, in base64: the form the official client asks for."""
    return base64.b64encode(row.astype("<f4").tobytes()).decode()
