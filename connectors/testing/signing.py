"""A platform's signing key, for local servers: made once in a process, known to nobody else."""

import functools
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Signs tokens as a platform does."""

    private: Any
    name: str

    def published(self, **more: Any) -> dict[str, Any]:
        """The key set (JWKS) that the platform publishes."""
        from jwt.algorithms import RSAAlgorithm

        key: dict[str, Any] = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": self.name, "use": "sig", "alg": "RS256", **more}]}

    def token(self, **claims: Any) -> str:
        """A token of these claims; it is valid for an hour, where they do not say otherwise."""
        import jwt

        moment = int(time.time())
        whole = {"iat": moment, "nbf": moment, "exp": moment + 3600, **claims}
        return jwt.encode(whole, self.private, "RS256", headers={"kid": self.name})


def signing_key(name: str = "the-platforms-key") -> SigningKey:
    """The key of this name."""
    return _made(name)


@functools.cache
def _made(name: str) -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    return SigningKey(generate_private_key(65537, 2048), name)
