"""The operator's page: a frame with words; static/operating.js fills it from the API, which checks who asks."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.messages import LANGUAGES, Language, preferred, speech
from assistant.messages.operating import OPERATING
from assistant.settings import Settings
from assistant.ui.controls import say

_TEMPLATE = Path(__file__).parent / "static" / "operating.html"
_PREFIX = "operating_"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def operating_routes(settings: Settings, *, has_sources: bool, has_connectors: bool = False) -> APIRouter:
    """GET /operation: the page. What it shows comes from /api, so that it knows nothing of its own."""
    kinds = settings.server.api_sources if has_sources else None
    router = APIRouter()

    @router.get("/operation", include_in_schema=False)
    def operation(request: Request) -> HTMLResponse:
        html = operating_page(_language(request, settings.language), kinds, has_connectors=has_connectors)
        return HTMLResponse(html, headers={"content-security-policy": _POLICY, "cache-control": "no-store"})

    return router


def _language(request: Request, default: Language | None) -> Language:
    """The language chosen in this browser (static/page.js sets the cookie), else the installation's, else its own."""
    chosen = request.cookies.get("pilares_language", "")
    return speech(chosen) if chosen in LANGUAGES else default or preferred(request.headers.get("accept-language"))


def operating_page(language: Language, kinds: Sequence[str] | None = (), *, has_connectors: bool = False) -> str:
    """The frame; `kinds` are those of sources that may be added from here, None where there are no sources at all."""
    # With their placeholders: the script fills these in.
    words = {key.removeprefix(_PREFIX): texts[LANGUAGES.index(language)] for key, texts in OPERATING.items()}
    told = {"language": language, "kinds": kinds, "connectors": has_connectors, "words": words}
    data = json.dumps(told, ensure_ascii=False)
    parts = {
        "language": language,
        # In a script element only "</" could end it, and "<!--" change how it is read.
        "data": data.replace("<", "\\u003c"),
        **{key: say(key, language) for key in OPERATING if key in _IN_FRAME},
    }
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], _TEMPLATE.read_text(encoding="utf-8"))


_IN_FRAME = frozenset(
    {
        "operating", "operating_back", "operating_away", "operating_parts", "operating_sources", "operating_jobs",
        "operating_handoffs", "operating_connectors", "operating_costs", "operating_estimate", "operating_add",
        "operating_name", "operating_address", "operating_every", "operating_kind",
    }
)  # fmt: skip
