"""What the claims of a provider come to here: a name, groups, a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.errors import InvalidRequest, NotSignedIn
from assistant.messages import message
from assistant.security.oidc.settings import OidcSettings
from assistant.security.rights import ROLES, Role
from assistant.security.user import clean_groups


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who the provider says somebody is. `groups` and `role` are None where they are given here."""

    subject: str
    name: str
    groups: tuple[str, ...] | None
    role: Role | None


def claimed(claims: Mapping[str, Any], settings: OidcSettings, language: str | None = None) -> Claimed:
    """Read claims. Raises NotSignedIn when they do not say who it is."""
    name, subject = claim(claims, settings.name_claim), claims.get("sub")
    # Whoever may type an address without owning it must not become its owner.
    verified = claims.get("email_verified")
    unverified = settings.name_claim == "email" and verified is not True and verified != "true"
    if not isinstance(name, str) or not isinstance(subject, str) or not 0 < len(subject) <= 255 or unverified:
        raise NotSignedIn(message("oidc_no_name", language, provider=settings.shown, claim=settings.name_claim))
    if not settings.groups_claim:
        return Claimed(subject, name, None, None)
    values = _texts(claim(claims, settings.groups_claim))
    return Claimed(subject, name, _groups(values, settings), _role(values, settings))


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by its path; None when there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> list[str]:
    given = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [each for each in given if isinstance(each, str)]


def _groups(values: list[str], settings: OidcSettings) -> tuple[str, ...]:
    """The groups of these values; one that cannot be a group here is none."""
    wanted = [settings.groups[each] for each in values if each in settings.groups] if settings.groups else values
    found: set[str] = set()
    for each in wanted:
        try:
            found.update(clean_groups([each]))
        except InvalidRequest:
            continue
    return tuple(sorted(found))


def _role(values: list[str], settings: OidcSettings) -> Role | None:
    """The highest role of these values."""
    if not settings.roles:
        return None
    held = {"member", *(settings.roles[each] for each in values if each in settings.roles)}
    return next(role for role in reversed(ROLES) if role in held)
