"""Webhooks as a small ASGI application: the body is limited before it is read, and checked before it is parsed."""

import logging
from typing import TYPE_CHECKING, Protocol

from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope, Send

from connectors.adapter import Delivery, Receipt
from connectors.errors import ConnectorMisconfigured, DeliveryRefused, StoreError

if TYPE_CHECKING:
    from starlette.responses import Response

log = logging.getLogger(__name__)
MOST_BYTES = 1024 * 1024
"""No platform sends events this large; files are fetched, not delivered."""


class Deliver(Protocol):
    """Takes webhooks (`connectors.connectors.Connectors` is one)."""

    async def deliver(self, name: str, delivery: Delivery) -> Receipt:
        """Take a webhook for a connector."""


class Webhooks:
    """Answers POST /NAME, and GET /NAME where a platform asks for a challenge; to be mounted at /connectors."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One delivery."""
        if scope["type"] != "http":
            return
        response = await self._answer(scope, receive)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> "Response":
        from starlette.responses import Response

        name = scope["path"].removeprefix(scope.get("root_path", "")).strip("/")
        if scope["method"] not in ("POST", "GET"):
            return Response(status_code=405)
        body = await _body(scope, receive)
        if body is None:
            return Response(status_code=413)
        delivery = Delivery(_headers(scope), body, dict(QueryParams(scope["query_string"])), scope["method"])
        try:
            receipt = await self._deliver.deliver(name, delivery)
        except DeliveryRefused as refused:
            client = scope.get("client") or ("unknown", 0)
            log.warning("a delivery for %s from %s was refused: %s", name, client[0], refused.reason)
            return Response(status_code=refused.status)
        except ConnectorMisconfigured:
            return Response(status_code=404)
        except StoreError as error:
            log.error("a delivery for %s could not be stored: %s", name, error)
            return Response(status_code=503)
        return Response(receipt.body, receipt.status, media_type=receipt.media_type)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.lower(): value for name, value in Headers(scope=scope).items()}


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The body, or None as soon as it is too long."""
    declared = Headers(scope=scope).get("content-length", "0")
    if not declared.isdecimal() or int(declared) > MOST_BYTES:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)
