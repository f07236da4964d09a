"""The account of somebody whom a provider vouches for."""

import logging

from assistant.errors import InvalidRequest, NotFound, NotSignedIn
from assistant.messages import message
from assistant.security.accounts import Accounts
from assistant.security.oidc.claims import Claimed
from assistant.security.oidc.settings import OidcSettings
from assistant.security.user import User

log = logging.getLogger(__name__)
ACTOR = "oidc"


def signed_in(accounts: Accounts, who: Claimed, settings: OidcSettings, language: str | None = None) -> str:
    """The token of a new session; groups and role are those of the claims from now on.

    Raises NotSignedIn for whoever has no account here and gets none, or is suspended, and InvalidRequest for a name
    that can be no account's.
    """
    user = accounts.users.identified(settings.issuer, who.subject) or _met(accounts, who, settings, language)
    if user.suspended:
        raise NotSignedIn(message("oidc_suspended", language, name=user.name))
    return accounts.sessions.begin(_as_claimed(accounts, user, who))


def _met(accounts: Accounts, who: Claimed, settings: OidcSettings, language: str | None) -> User:
    """The account of somebody who comes for the first time: the one of their name, or a new one."""
    try:
        known = accounts.users.named(who.name)
    except NotFound:
        if not settings.create_accounts:
            raise NotSignedIn(message("oidc_unknown", language, name=who.name)) from None
        user = accounts.users.add(who.name)
        accounts.audit.note(ACTOR, "user.add", user.name, role=user.role, issuer=settings.issuer)
    else:
        if known.suspended or not settings.link_accounts or accounts.users.has_identity(known.id):
            raise NotSignedIn(message("oidc_name_taken", language, name=known.name))
        user = known
    accounts.users.identify(user.id, settings.issuer, who.subject)
    accounts.audit.note(ACTOR, "user.identify", user.name, issuer=settings.issuer)
    return user


def _as_claimed(accounts: Accounts, user: User, who: Claimed) -> User:
    """The account with the groups and the role of the claims. The last administrator stays one."""
    if who.groups is not None and frozenset(who.groups) != user.groups:
        user = accounts.users.change(user.name, groups=who.groups)
        accounts.audit.note(ACTOR, "user.change", user.name, groups=sorted(user.groups))
    if who.role is not None and who.role != user.role:
        try:
            user = accounts.users.change(user.name, role=who.role)
        except InvalidRequest as error:
            log.warning("%s stays %s: %s", user.name, user.role, error)
        else:
            accounts.audit.note(ACTOR, "user.change", user.name, role=user.role)
    return user
