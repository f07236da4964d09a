"""The provider: sending people there, and proving what they come back with.

The code flow with state, nonce and PKCE (RFC 7636, S256). What comes back is believed only if the provider signed it,
for this client, in answer to this very request (OpenID Connect Core 1.0, 3.1.3.7).
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from assistant.errors import NotSignedIn, SignInUnavailable
from assistant.messages import message
from assistant.security.oidc.settings import OidcSettings, is_safe

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that only the provider can make; `none` and shared secrets are not among them."""
DISCOVERY = "/.well-known/openid-configuration"
KEPT_S, TIMEOUT_S, LEEWAY_S = 3600.0, 10.0, 60
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was begun; its browser keeps it until it comes back."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    wanted: str = ""


class Provider:
    """One provider. What it says of itself is asked for with the first sign-in, and again after an hour."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], float] = monotonic) -> None:
        self.settings, self._now = settings, clock
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}
        self._until = 0.0

    def address(self, attempt: Attempt, redirect_uri: str, language: str | None = None) -> str:
        """Where to send the browser. Raises SignInUnavailable."""
        endpoint = self._metadata(language)["authorization_endpoint"]
        with self._client(redirect_uri) as client:
            found, _ = client.create_authorization_url(
                endpoint, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier
            )
        return str(found)

    def claims(
        self, attempt: Attempt, code: str, redirect_uri: str, issuer: str = "", language: str | None = None
    ) -> Claims:
        """What the provider says of the person whose browser came back with a code.

        `issuer` is who the browser says it comes from (RFC 9207). Raises NotSignedIn for what does not prove it, and
        SignInUnavailable.
        """
        from authlib.integrations.httpx_client import OAuthError
        from joserfc.errors import JoseError

        metadata = self._metadata(language)
        if issuer not in ("", self.settings.issuer):
            raise NotSignedIn(message("oidc_refused", language, provider=self.settings.shown, reason="issuer"))
        try:
            with self._client(redirect_uri) as client:
                token = self._token(client, metadata, code, attempt, language)
                claims = self._proven(token, attempt, language)
                return {**self._more(client, token, claims, language), **claims}
        except (OAuthError, JoseError, ValueError) as error:
            reason = getattr(error, "error", "") or type(error).__name__
            raise NotSignedIn(
                message("oidc_refused", language, provider=self.settings.shown, reason=str(reason)[:60])
            ) from error

    def _token(
        self, client: "OAuth2Client", metadata: Claims, code: str, attempt: Attempt, language: str | None
    ) -> Mapping[str, Any]:
        import httpx2

        try:
            token: Mapping[str, Any] = client.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=attempt.verifier
            )
        except (httpx2.HTTPError, ValueError) as error:
            raise self._unavailable(error, language) from error
        return token

    def _proven(self, token: Mapping[str, Any], attempt: Attempt, language: str | None) -> Claims:
        """The claims of the ID token. Raises joserfc's errors for what is not signed, not for us, or not for now."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError

        text = str(token.get("id_token") or "")
        try:
            found = jwt.decode(text, self._keys(language), algorithms=ALGORITHMS)
        except (InvalidKeyIdError, ValueError):  # perhaps the provider has new keys
            found = jwt.decode(text, self._keys(language, again=True), algorithms=ALGORITHMS)
        mine = {"essential": True, "value": self.settings.client_id}
        claims = CodeIDToken(
            found.claims, found.header,
            {"iss": {"essential": True, "value": self.settings.issuer}, "aud": mine, "sub": {"essential": True}},
            {"nonce": attempt.nonce, "client_id": self.settings.client_id, "access_token": token.get("access_token")},
        )  # fmt: skip
        claims.validate(leeway=LEEWAY_S)
        return dict(claims)

    def _more(
        self, client: "OAuth2Client", token: Mapping[str, Any], claims: Claims, language: str | None
    ) -> Claims:  # fmt: skip
        """What the provider tells beside the ID token, if something is wanted that is not in it."""
        import httpx2

        endpoint = self._metadata(language).get("userinfo_endpoint")
        missing = [
            name
            for name in (self.settings.name_claim, self.settings.groups_claim)
            if name and name.split(".")[0] not in claims and name not in claims
        ]
        if not missing or not is_safe(endpoint) or not token.get("access_token"):
            return {}
        try:
            found = client.get(endpoint).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise self._unavailable(error, language) from error
        # A token of somebody else's would be answered with somebody else's claims (5.3.2).
        return found if isinstance(found, dict) and found.get("sub") == claims["sub"] else {}

    def _client(self, redirect_uri: str) -> "OAuth2Client":
        from authlib.integrations.httpx_client import OAuth2Client

        secret = self.settings.client_secret
        methods = self._known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "none" if secret is None else "client_secret_basic"
        if secret is not None and method not in methods and "client_secret_post" in methods:
            method = "client_secret_post"
        return OAuth2Client(
            self.settings.client_id, None if secret is None else secret.get_secret_value(),
            token_endpoint_auth_method=method, scope=" ".join(self.settings.scopes), redirect_uri=redirect_uri,
            code_challenge_method="S256", timeout=TIMEOUT_S, follow_redirects=False,
        )  # fmt: skip

    def _metadata(self, language: str | None) -> dict[str, Any]:
        """What the provider says of itself; it has to name itself as the settings do."""
        with self._lock:
            if self._now() < self._until:
                return self._known
            found = self._asked(self.settings.issuer.rstrip("/") + DISCOVERY, language)
            if found.get("issuer") != self.settings.issuer or not all(is_safe(found.get(each)) for each in _ENDPOINTS):
                raise self._unavailable(f"it calls itself {str(found.get('issuer'))[:200]!r}", language)
            self._known, self._until = found, self._now() + KEPT_S
            return found

    def _keys(self, language: str | None, again: bool = False) -> Any:
        """The keys it signs with."""
        from joserfc.jwk import KeySet

        metadata = self._metadata(language)
        with self._lock:
            if again or "keys" not in metadata:
                metadata["keys"] = KeySet.import_key_set(self._asked(metadata["jwks_uri"], language))  # type: ignore[arg-type]
            return metadata["keys"]

    def _asked(self, address: str, language: str | None) -> dict[str, Any]:
        import httpx2

        try:
            response = httpx2.get(address, timeout=TIMEOUT_S, follow_redirects=False)
            found = response.raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise self._unavailable(error, language) from error
        return found if isinstance(found, dict) else {}

    def _unavailable(self, why: object, language: str | None) -> SignInUnavailable:
        reason = type(why).__name__ if isinstance(why, Exception) else str(why)
        return SignInUnavailable(message("oidc_unavailable", language, provider=self.settings.shown, reason=reason))
