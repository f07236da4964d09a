"""Secrets that everybody knows: a server does not start with them."""

from collections.abc import Iterator

from pydantic import BaseModel, SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from assistant.errors import ConfigurationError

_EXAMPLES = """
    admin admin123 change_me change-me changeit changeme changethis default insecure letmein not-secure password
    placeholder replace-me secret supersecret test todo xxx your-api-key your-secret your_api_key your_secret
    <api-key> <secret> 12345678 123456789
"""
KNOWN = frozenset(_EXAMPLES.split())


def refuse_default_secrets(settings: BaseModel) -> None:
    """Raises ConfigurationError naming the setting whose secret is one that examples use."""
    for name, secret in _secrets(settings, ""):
        if secret.strip().casefold() in KNOWN:
            raise ConfigurationError(
                f"The setting {name} has a value that everybody knows. Set a secret of your own, for example from "
                '`python -c "import secrets; print(secrets.token_urlsafe(32))"`.'
            )


def _secrets(settings: BaseModel, prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in settings:
        if isinstance(value, BaseModel):
            yield from _secrets(value, f"{prefix}{name}.")
        elif isinstance(value, SecretStr):
            yield prefix + name, value.get_secret_value()
            yield prefix + name, _password_in(value.get_secret_value())


def _password_in(address: str) -> str:
    try:
        return str(make_url(address).password or "")
    except (ArgumentError, ValueError):
        return ""
