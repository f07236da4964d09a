"""What a request shows to prove who it is: one function for every header and cookie that may carry it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

COOKIE = "pilares_session"
_KEY_HEADERS = ("x-api-key", "api-key")


@dataclass(frozen=True, slots=True)
class Credential:
    """A session of a browser, or a key of a program."""

    kind: Literal["session", "key"]
    token: str = field(repr=False)


def credential_of(headers: Mapping[str, str], cookies: Mapping[str, str]) -> Credential | None:
    """What was shown. A key counts before the cookie: whoever shows one that is not valid is nobody."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme:
        return Credential("key", rest.strip() if scheme.lower() == "bearer" else "")
    for name in _KEY_HEADERS:
        if name in headers:
            return Credential("key", headers[name].strip())
    token = cookies.get(COOKIE, "")
    return Credential("session", token) if token else None
