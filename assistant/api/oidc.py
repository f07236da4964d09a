"""Signing in with the organisation's own provider: there, and back with a proof."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict
from secrets import compare_digest
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from assistant.api.errors import language_of
from assistant.api.signing import shown, signed_in, to
from assistant.errors import AssistantError, NotSignedIn
from assistant.messages import message
from assistant.security.accounts import Accounts
from assistant.security.oidc import people
from assistant.security.oidc.claims import claimed
from assistant.security.oidc.provider import Attempt, Claims, Provider
from assistant.ui.sign_in import sign_in_page

PATH = "/sign-in/oidc"
ATTEMPT_COOKIE = "pilares_attempt"
VALID_S = 600
_Text = Annotated[str, Query(max_length=4_000)]


def oidc_routes(accounts: Accounts, provider: Provider, session_days: float) -> APIRouter:
    """The routes. Plain functions: the provider is asked meanwhile."""
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    def go_there(request: Request, next: Annotated[str, Query(max_length=500)] = "") -> Response:
        language, attempt = language_of(request), Attempt(wanted=next)
        try:
            response: Response = to(provider.address(attempt, _redirect_uri(request, provider), language))
        except AssistantError as error:
            return _told(request, provider, error)
        # Lax: the provider's page leads back here, and this has to come along.
        response.set_cookie(
            ATTEMPT_COOKIE, _packed(attempt), max_age=VALID_S, path=PATH, httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        response.headers["cache-control"] = "no-store"
        return response

    @router.get(f"{PATH}/callback")
    def come_back(
        request: Request, code: _Text = "", state: _Text = "", iss: _Text = "", error: _Text = ""
    ) -> Response:
        attempt = _unpacked(request.cookies.get(ATTEMPT_COOKIE, ""))
        try:
            attempt = _begun_here(attempt, state, language_of(request))
            claims = _vouched_for(request, provider, attempt, code, iss, error)
            who = claimed(claims, provider.settings, language_of(request))
            token = people.signed_in(accounts, who, provider.settings, language_of(request))
        except AssistantError as problem:
            response = _told(request, provider, problem)
        else:
            response = signed_in(request, token, session_days, attempt.wanted)
        response.delete_cookie(ATTEMPT_COOKIE, path=PATH, httponly=True, samesite="lax")
        return response

    return router


def _begun_here(attempt: Attempt | None, state: str, language: str) -> Attempt:
    """The attempt, if it is this browser's. Raises NotSignedIn."""
    if attempt is None or not compare_digest(
        attempt.state.encode("utf-8", "replace"), state.encode("utf-8", "replace")
    ):
        raise NotSignedIn(message("oidc_lost", language))
    return attempt


def _vouched_for(
    request: Request, provider: Provider, attempt: Attempt, code: str, issuer: str, error: str
) -> Claims:  # fmt: skip
    """What the provider says of whoever came back. Raises NotSignedIn and SignInUnavailable."""
    language = language_of(request)
    if error or not code:
        told = message("oidc_refused", language, provider=provider.settings.shown, reason=error[:60] or "no code")
        raise NotSignedIn(told)
    return provider.claims(attempt, code, _redirect_uri(request, provider), issuer, language)


def _redirect_uri(request: Request, provider: Provider) -> str:
    return provider.settings.redirect_uri or f"{str(request.base_url).rstrip('/')}{PATH}/callback"


def _told(request: Request, provider: Provider, error: AssistantError) -> Response:
    page = sign_in_page(language_of(request), error=str(error), provider=provider.settings.shown)
    return shown(page, error)


def _packed(attempt: Attempt) -> str:
    return urlsafe_b64encode(json.dumps(asdict(attempt)).encode()).decode()


def _unpacked(cookie: str) -> Attempt | None:
    """The attempt that this browser began; None for what is none. One that was made up proves nothing."""
    try:
        found = json.loads(urlsafe_b64decode(cookie.encode()))
        attempt = Attempt(**found)
    except (ValueError, TypeError, RecursionError):
        return None
    return attempt if all(isinstance(each, str) and each for each in (attempt.state, attempt.nonce, attempt.verifier)
                          ) and isinstance(attempt.wanted, str) else None  # fmt: skip
