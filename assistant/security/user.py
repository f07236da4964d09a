"""An account: a name, a role, groups; suspended or not."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from assistant.errors import InvalidRequest
from assistant.security.allowance import Allowance
from assistant.security.person import EVERYONE, LOCAL_USER, Person
from assistant.security.rights import ROLES, Role, rights_of

_NAME = re.compile(r"[\w.@+-]{1,100}")
_GROUP = re.compile(r"[^\s,;/\\\x00-\x1f]{1,64}")
LEAST_GROUPS = frozenset({EVERYONE})


@dataclass(frozen=True, slots=True)
class User:
    """An account. `invited` is one whose person has neither a password yet nor came from a provider."""

    id: str
    name: str
    role: Role
    groups: frozenset[str]
    suspended: bool
    invited: bool
    created: datetime

    def person(self, key: str = "", scopes: Iterable[str] | None = None, budget: Allowance | None = None) -> Person:
        """The person this account makes of a request, with a key's scopes and budget if it was made with one."""
        rights, groups = rights_of(self.role, scopes), self.groups | LEAST_GROUPS
        return Person(self.id, self.name, groups, rights, key, budget or Allowance())


def clean_name(name: str) -> str:
    """A name as it is kept and compared: NFKC, lower case. Raises InvalidRequest."""
    clean = unicodedata.normalize("NFKC", name).strip().casefold()
    if not _NAME.fullmatch(clean) or clean == LOCAL_USER:
        raise InvalidRequest(
            f"{name!r} cannot be the name of an account. Use letters, digits and . _ - + @, at most 100, for example "
            "an e-mail address."
        )
    return clean


def clean_groups(groups: Iterable[str]) -> tuple[str, ...]:
    """Names of groups, sorted, each once; everybody is in `everyone` without it. Raises InvalidRequest."""
    found = {unicodedata.normalize("NFC", each).strip() for each in groups} - {EVERYONE}
    wrong = next((each for each in found if not _GROUP.fullmatch(each)), None)
    if wrong is not None:
        raise InvalidRequest(
            f"{wrong!r} cannot be the name of a group. Use up to 64 characters without spaces , ; / \\."
        )
    return tuple(sorted(found))


def clean_readers(groups: Iterable[str]) -> frozenset[str]:
    """Groups that may read something, `everyone` where it is named. Raises InvalidRequest."""
    named = [*groups]
    return frozenset(clean_groups(named)) | ({EVERYONE} & {each.strip() for each in named})


def clean_role(role: str) -> Role:
    """A role by its name. Raises InvalidRequest."""
    found = next((each for each in ROLES if each == role), None)
    if found is None:
        raise InvalidRequest(f"There is no role {role!r}. Choose one of {', '.join(ROLES)}.")
    return found
