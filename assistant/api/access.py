"""Which right each route needs: the one table. A route that is not in it answers nobody."""

import logging
from collections.abc import Mapping

from fastapi import Request

from assistant.api.errors import language_of
from assistant.api.identity import person_of
from assistant.errors import NotAllowed
from assistant.messages import message
from assistant.security.person import Person
from assistant.security.rights import Right

log = logging.getLogger(__name__)

ACCESS: Mapping[str, Right | None] = {
    # Anybody (None); `identity.is_open` has the same paths.
    "GET /health": None,
    "GET /healthz": None,
    "GET /readyz": None,
    "GET /sign-in": None,
    "POST /sign-in": None,
    "GET /sign-in/oidc": None,
    "GET /sign-in/oidc/callback": None,
    "GET /sign-in/{token}": None,
    "POST /sign-in/{token}": None,
    "POST /sign-out": Right.ASK,
    "GET /widget.js": None,
    # Visitors of websites that have the widget.
    "GET /api/widget/about": Right.VISIT,
    "POST /api/widget/ask": Right.VISIT,
    "GET /api/widget/conversations/{conversation_id}": Right.VISIT,
    "POST /api/widget/feedback": Right.VISIT,
    # What is one's own: each route finds it through the person.
    "POST /api/ask": Right.ASK,
    "GET /api/streams/{stream_id}": Right.ASK,
    "DELETE /api/streams/{stream_id}": Right.ASK,
    "GET /api/conversations": Right.ASK,
    "GET /api/conversations/{conversation_id}": Right.ASK,
    "PATCH /api/conversations/{conversation_id}": Right.ASK,
    "DELETE /api/conversations/{conversation_id}": Right.ASK,
    "GET /api/answers/{answer_id}": Right.ASK,
    "POST /api/feedback": Right.ASK,
    "GET /api/appointments": Right.ASK,
    "GET /api/appointments/{appointment_id}.ics": Right.ASK,
    "GET /api/me": Right.ASK,
    "GET /api/me/keys": Right.ASK,
    "POST /api/me/keys": Right.ASK,
    "DELETE /api/me/keys/{key_id}": Right.ASK,
    "GET /api/me/export": Right.ASK,
    "POST /api/me/delete": Right.ASK,
    "GET /account": Right.ASK,
    "POST /account/delete": Right.ASK,
    # Documents: each route asks for those that the person's groups may read.
    "GET /api/documents": Right.READ,
    "GET /api/documents/{document_id}/text": Right.READ,
    "POST /api/documents": Right.WRITE,
    "DELETE /api/documents/{document_id}": Right.WRITE,
    "PATCH /api/documents/{document_id}": Right.OPERATE,
    # The API that clients of OpenAI's speak.
    "GET /v1/models": Right.ASK,
    "GET /v1/models/{model:path}": Right.ASK,
    "POST /v1/chat/completions": Right.ASK,
    "POST /v1/responses": Right.ASK,
    "GET /v1/responses/{response_id}": Right.ASK,
    "DELETE /v1/responses/{response_id}": Right.ASK,
    "POST /v1/embeddings": Right.ASK,
    "GET /v1/files": Right.READ,
    "GET /v1/files/{document_id}": Right.READ,
    "GET /v1/files/{document_id}/content": Right.READ,
    "POST /v1/files": Right.WRITE,
    "DELETE /v1/files/{document_id}": Right.WRITE,
    # The same for programs that speak MCP; its tools look at rights of their own (`assistant.api.mcp.tools`).
    "POST /mcp": Right.ASK,
    "GET /mcp": Right.ASK,
    "DELETE /mcp": Right.ASK,
    # People.
    "GET /api/users": Right.ACCOUNTS,
    "POST /api/users": Right.ACCOUNTS,
    "PATCH /api/users/{name}": Right.ACCOUNTS,
    "POST /api/users/{name}/link": Right.ACCOUNTS,
    "GET /api/users/{name}/export": Right.ACCOUNTS,
    "DELETE /api/users/{name}": Right.ACCOUNTS,
    "GET /api/users/{platform}:{name:path}/export": Right.ACCOUNTS,
    "DELETE /api/users/{platform}:{name:path}": Right.ACCOUNTS,
    "GET /api/keys": Right.ACCOUNTS,
    "DELETE /api/keys/{key_id}": Right.ACCOUNTS,
    "GET /api/audit": Right.ACCOUNTS,
    # Who may read what.
    "GET /api/grants": Right.ACCOUNTS,
    "PUT /api/grants/rules": Right.ACCOUNTS,
    "DELETE /api/grants/rules": Right.ACCOUNTS,
    "PUT /api/grants/restricted": Right.ACCOUNTS,
    "GET /api/documents/{document_id}/grants": Right.ACCOUNTS,
    "PUT /api/documents/{document_id}/grants": Right.ACCOUNTS,
    # The installation.
    "GET /metrics": Right.OPERATE,
    "GET /operation": Right.OPERATE,
    "GET /api/ledger": Right.OPERATE,
    "GET /api/insights": Right.OPERATE,
    "GET /api/adapters": Right.OPERATE,
    "GET /api/adapters/{name}": Right.OPERATE,
    "POST /api/aliases/{alias}/promote": Right.OPERATE,
    "POST /api/aliases/{alias}/rollback": Right.OPERATE,
    "GET /api/handoffs": Right.OPERATE,
    "GET /api/handoffs/{handoff_id}": Right.OPERATE,
    "POST /api/handoffs/{handoff_id}/take": Right.OPERATE,
    "POST /api/handoffs/{handoff_id}/close": Right.OPERATE,
    "GET /api/connectors": Right.OPERATE,
    "POST /api/connectors/{name}/pause": Right.OPERATE,
    "POST /api/connectors/{name}/resume": Right.OPERATE,
    "GET /api/sources": Right.OPERATE,
    "POST /api/sources": Right.OPERATE,
    "DELETE /api/sources/{name:path}": Right.OPERATE,
    "POST /api/sources/{name:path}/sync": Right.OPERATE,
    "GET /api/jobs": Right.OPERATE,
    "GET /api/jobs/{job_id}": Right.OPERATE,
    "POST /api/jobs/{job_id}/cancel": Right.OPERATE,
    "POST /api/jobs/{job_id}/retry": Right.OPERATE,
}


async def guard(request: Request) -> None:
    """A dependency of every route; it waits for nothing, so it takes no thread. Raises NotSignedIn and NotAllowed."""
    route = f"{request.method} {request.scope['route'].path}"
    if route not in ACCESS:
        log.error("%s is not in the table of assistant.api.access, and so it answers nobody", route)
        raise NotAllowed(message("not_allowed", language_of(request), right=route))
    needed = ACCESS[route]
    if needed is not None:
        check_right(person_of(request), needed, language_of(request))


def check_right(person: Person, needed: Right, language: str | None) -> None:
    """Raises NotAllowed, in the person's language, for whoever does not have the right."""
    if not person.may(needed):
        raise NotAllowed(message("not_allowed", language, right=needed.value))
