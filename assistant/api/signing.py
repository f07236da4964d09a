"""Signing in and out: small pages without scripts."""

from math import ceil
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.api.errors import language_of, status_of
from assistant.api.identity import PAGES
from assistant.errors import AssistantError, LimitReached
from assistant.security.accounts import Accounts
from assistant.security.credentials import COOKIE
from assistant.ui.sign_in import password_page, sign_in_page

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_Name = Annotated[str, Form(max_length=200)]
_Password = Annotated[str, Form(max_length=1000)]
_Next = Annotated[str, Form(max_length=500)]


def signing_routes(accounts: Accounts, session_days: float, provider: str = "") -> APIRouter:
    """The routes. Plain functions: hashing takes a while. `provider` is what people know the other way in by."""
    router = APIRouter(include_in_schema=False)

    @router.get("/sign-in")
    def ask_name(request: Request, next: str = "") -> Response:
        return shown(sign_in_page(language_of(request), wanted=next, provider=provider))

    @router.post("/sign-in")
    def sign_in(request: Request, name: _Name, password: _Password, next: _Next = "") -> Response:
        try:
            token = accounts.sign_in(name, password, language_of(request))
        except AssistantError as error:
            page = sign_in_page(language_of(request), error=str(error), name=name, wanted=next, provider=provider)
            return shown(page, error)
        return signed_in(request, token, session_days, next)

    @router.get("/sign-in/{token}")
    def ask_password(request: Request, token: str) -> Response:
        language = language_of(request)
        try:
            return shown(password_page(language, accounts.links.owner(token, language).name))
        except AssistantError as error:
            return shown(password_page(language, "", error=str(error)), error)

    @router.post("/sign-in/{token}")
    def choose_password(request: Request, token: str, password: _Password) -> Response:
        language, owner = language_of(request), ""
        try:
            owner = accounts.links.owner(token, language).name
            user = accounts.links.use(token, password, language)
        except AssistantError as error:
            return shown(password_page(language, owner, error=str(error)), error)
        accounts.audit.note(user.name, "password.set", user.name)
        return signed_in(request, accounts.sessions.begin(user), session_days)

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        accounts.sessions.end(request.cookies.get(COOKIE, ""))
        response = to("/sign-in")
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return response

    return router


def signed_in(request: Request, token: str, days: float, wanted: str = "") -> Response:
    """Into the page, with a session."""
    response = to(_inside(wanted))
    response.set_cookie(
        COOKIE, token, max_age=round(days * 24 * 3600), path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return response


def _inside(address: str) -> str:
    """The page with the query of an address; nothing else of it, so that it cannot lead anywhere else."""
    if address in PAGES:
        return address
    query = urlsplit(address).query if address.startswith("/?") else ""
    return f"/?{query}" if query.isprintable() and query else "/"


def to(where: str) -> RedirectResponse:
    """Go and see there."""
    return RedirectResponse(where, 303)


def shown(html: str, error: AssistantError | None = None) -> HTMLResponse:
    """A page for signing in, with what went wrong."""
    headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
    response = HTMLResponse(html, 200 if error is None else status_of(error), headers)
    if isinstance(error, LimitReached):
        response.headers["retry-after"] = str(ceil(error.wait_s))
    return response
