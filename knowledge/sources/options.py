"""What a kind can be told, checked where it enters; and its secrets, which come from elsewhere."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from knowledge.errors import SourceError

EVERYONE = ("everyone",)
"""The audience of what is public anyway; the same group as `knowledge.library.EVERYONE`."""

Secrets = Mapping[str, SecretStr]
"""By the option's name without `_env`; inside a table "table.option"."""

_SECRET = re.compile(r"passw|secret|token|credential|private|sas|connection_string|api_?key|_key$|^key$", re.IGNORECASE)


class SourceOptions(BaseModel):
    """Base of every kind's options. An option named `..._env` holds the name of an environment variable."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def audience(self) -> tuple[str, ...]:
        """Who may read it unless the configuration says: nobody, for kinds that do not know better."""
        return ()


def check_web_address(url: str) -> str:
    """An http(s) address without a user name or password in it."""
    try:
        parts = urlsplit(url)
        host, named = parts.hostname, parts.username or parts.password
    except ValueError:
        raise ValueError("is not an address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("must begin with https:// or http:// and a host")
    if named:
        raise ValueError("must not hold a user name or password; credentials are never written here")
    return url


WebAddress = Annotated[str, AfterValidator(check_web_address)]
AgentName = Annotated[str, Field(pattern=r"^[A-Za-z][\x20-\x7e]{0,199}$")]
"""What a client calls itself: one header line."""


def check_table(table: dict[str, Any]) -> dict[str, Any]:
    """A free table whose secrets are named by `..._env`, never written out."""
    for key, value in table.items():
        if isinstance(value, dict):
            check_table(value)
        elif isinstance(value, str) and not key.endswith(("_env", "_id")) and _SECRET.search(key) and value != "anon":
            raise ValueError(f"holds {key!r}, which looks like a secret: write {key}_env and name a variable instead")
    return table


FreeTable = Annotated[dict[str, Any], AfterValidator(check_table)]


Options = TypeVar("Options", bound=SourceOptions)


def read_options(source: str, model: type[Options], given: Mapping[str, Any]) -> Options:
    """The options of a source; raises SourceError with a sentence for the first that is wrong."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problem = _sentence(error.errors(include_input=False, include_url=False)[0], model)
    # Raised out here so that the rejected values are not kept in the exception's context.
    raise SourceError(f"The source {source!r} is not set up right: {problem}")


def _sentence(problem: ErrorDetails, model: type[SourceOptions]) -> str:
    option = ".".join(str(part) for part in problem["loc"]) or "the options"
    if problem["type"] == "missing":
        return f"the option {option!r} is missing."
    if problem["type"] == "extra_forbidden":
        return f"there is no option {option!r}; known are {', '.join(sorted(model.model_fields))}."
    what = problem["msg"].removeprefix("Value error, ")
    return f"{option}: {what[:1].lower()}{what[1:]}."


def find_secrets(source: str, given: Mapping[str, Any], environ: Mapping[str, str], prefix: str = "") -> Secrets:
    """The values of the variables that `..._env` options name; raises SourceError where one is not set."""
    found: dict[str, SecretStr] = {}
    for key, value in given.items():
        if isinstance(value, Mapping):
            found |= find_secrets(source, value, environ, f"{prefix}{key}.")
        elif key.endswith("_env") and value:
            if not environ.get(str(value)):
                raise SourceError(
                    f"The source {source!r} needs the environment variable that its option {prefix}{key} names, and "
                    "it is not set. Set it and start again."
                )
            found[prefix + key.removesuffix("_env")] = SecretStr(environ[str(value)])
    return found


def reveal(table: Mapping[str, Any], secrets: Secrets, prefix: str) -> dict[str, Any]:
    """A free table as a library wants it, its `..._env` entries replaced by their values. Never keep or log it."""
    plain: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            plain[key] = reveal(value, secrets, f"{prefix}{key}.")
        elif key.endswith("_env"):
            name = key.removesuffix("_env")
            plain[name] = secrets[prefix + name].get_secret_value()
        else:
            plain[key] = value
    return plain


def without_secrets(text: str, secrets: Secrets) -> str:
    """The text of a library's error on one line, cut short, with every secret replaced."""
    for secret in secrets.values():
        if secret.get_secret_value():
            text = text.replace(secret.get_secret_value(), "***")
    return " ".join(text.split())[:200]
