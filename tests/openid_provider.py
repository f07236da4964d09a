"""An OpenID Connect provider on this computer, built on Authlib's server side: it checks clients, redirects and PKCE.

Whoever comes is signed in as `person` at once. The other fields make it do what a provider must not.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from authlib.oidc.core.models import AuthorizationCodeMixin
from flask import Flask, jsonify, request
from joserfc.jwk import OctKey, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "pilares", "a secret of the provider and us"


class Client(ClientMixin):
    """The one client that is known."""

    client_id = CLIENT

    def __init__(self, redirects: set[str], method: str) -> None:
        self._redirects, self._method = redirects, method

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self._redirects

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self._method

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):
    """A code that was given out."""

    def __init__(self, code: str, asked: Any, person: dict[str, Any]) -> None:
        data = asked.payload.data
        self.code, self.person, self.asked = code, person, data
        self.code_challenge = data.get("code_challenge")
        self.code_challenge_method = data.get("code_challenge_method")

    def get_redirect_uri(self) -> str:
        return self.asked["redirect_uri"]

    def get_scope(self) -> str:
        return self.asked["scope"]

    def get_nonce(self) -> str | None:
        return self.asked.get("nonce")

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Token(TokenMixin):
    """An access token, good for what the provider tells beside the ID token."""

    def __init__(self, person: dict[str, Any]) -> None:
        self.person = person

    def check_client(self, client: Any) -> bool:
        return True

    def get_scope(self) -> str:
        return "openid"

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


class OpenIdProvider:
    """The provider. `redirects` are where it sends people back to; `seen` are the requests to authorize."""

    def __init__(self, issuer: str = "") -> None:
        self.issuer, self.redirects = issuer, set[str]()
        self.key = self.published = RSAKey.generate_key(2048, {"kid": "first"}, auto_kid=False)
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, Token] = {}
        self.seen: list[dict[str, str]] = []
        self.reset()

    def reset(self) -> None:
        """A provider that does what it should."""
        self.person: dict[str, Any] = {"sub": "ana-1", "email": "ana@example.org", "email_verified": True}
        self.beside: dict[str, Any] = {}  # told beside the ID token
        self.spoil: dict[str, Any] = {}  # put into the ID token in place of what belongs there
        self.alg, self.denies, self.down, self.mute = "RS256", False, False, False
        self.method = "client_secret_basic"  # how clients prove themselves
        self.published = self.key
        self.seen.clear()

    def app(self) -> Flask:
        """The provider as a WSGI application."""
        app = Flask("openid")

        def save(token: dict[str, Any], asked: Any) -> None:
            self.tokens[token["access_token"]] = Token(asked.user)

        server = AuthorizationServer(
            app, query_client=lambda name: Client(self.redirects, self.method) if name == CLIENT else None,
            save_token=save,
        )  # fmt: skip
        server.register_grant(_code_grant(self), [CodeChallenge(required=True), _signed(self)])
        protected = ResourceProtector()
        protected.register_token_validator(Known(self.tokens))
        _serve(app, self, server, protected)
        return app


@contextmanager
def serving_provider() -> Iterator[OpenIdProvider]:
    made = OpenIdProvider()
    server = make_server("127.0.0.1", 0, made.app(), threaded=True)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join(5)


class Known(BearerTokenValidator):
    """Finds access tokens."""

    def __init__(self, tokens: dict[str, Token]) -> None:
        super().__init__()
        self._tokens = tokens

    def authenticate_token(self, token_string: str) -> Token | None:
        return self._tokens.get(token_string)


def _code_grant(provider: OpenIdProvider) -> type:
    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]  # noqa: RUF012

        def save_authorization_code(self, code: str, request: Any) -> None:
            provider.codes[code] = Code(code, request, dict(provider.person))

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del provider.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return authorization_code.person

    return CodeGrant


def _signed(provider: OpenIdProvider) -> OpenIDCode:
    class Signed(OpenIDCode):
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(code.get_nonce() == nonce for code in provider.codes.values())

        def resolve_client_private_key(self, client: Any) -> Any:
            return OctKey.import_key(SECRET) if provider.alg == "HS256" else provider.key

        def get_client_algorithm(self, client: Any) -> str:
            return provider.alg

        def get_encode_header(self, client: Any) -> dict[str, str]:
            return {"alg": provider.alg, "kid": provider.key.kid or ""}

        def get_client_claims(self, client: Any) -> dict[str, Any]:
            return {"iss": provider.issuer, "aud": [CLIENT]}

        def generate_user_info(self, user: Any, scope: str) -> dict[str, Any]:
            return {**user, **provider.spoil}

    return Signed(require_nonce=True)


def _serve(
    app: Flask, provider: OpenIdProvider, server: AuthorizationServer, protected: ResourceProtector
) -> None:  # fmt: skip
    @app.before_request
    def out_of_order() -> Any:
        return ("out of order", 503) if provider.down or (provider.mute and request.path == "/userinfo") else None

    @app.get("/.well-known/openid-configuration")
    def about() -> Any:
        at = provider.issuer
        return jsonify(
            issuer=at, authorization_endpoint=f"{at}/authorize", token_endpoint=f"{at}/token",
            jwks_uri=f"{at}/keys", userinfo_endpoint=f"{at}/userinfo",
            token_endpoint_auth_methods_supported=[provider.method],
        )  # fmt: skip

    @app.get("/keys")
    def keys() -> Any:
        return jsonify(keys=[provider.published.as_dict(private=False)])

    @app.get("/authorize")
    def authorize() -> Any:
        provider.seen.append(dict(request.args))
        grant = server.get_consent_grant(end_user=provider.person)
        who = None if provider.denies else provider.person
        return server.create_authorization_response(grant=grant, grant_user=who)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    @protected("openid")
    def userinfo() -> Any:
        return jsonify({"sub": current_token.person["sub"], **provider.beside})
