"""GET /widget.js: the one file that a website loads, built from `widget/` in the repository."""

from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from assistant.ui.page import STATIC

SCRIPT = STATIC / "widget.js"
KEPT_S = 600
"""How long browsers keep it without asking; after that they ask whether it is still the same."""


def script_routes(path: Path = SCRIPT) -> APIRouter:
    """The route. The file is read once: it changes with the version of Pilares."""
    router, content = APIRouter(), path.read_bytes()
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {
        "cache-control": f"public, max-age={KEPT_S}, stale-while-revalidate=86400",
        "etag": etag,
        # Pages of other origins load it: it is the same for everybody, and says nothing of anybody.
        "cross-origin-resource-policy": "cross-origin",
        "access-control-allow-origin": "*",
    }

    @router.get("/widget.js", include_in_schema=False)
    async def script(request: Request) -> Response:
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="text/javascript", headers=headers)

    return router
