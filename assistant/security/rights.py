"""What may be done, by whom: rights, and the roles that have them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Literal, get_args

Role = Literal["member", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


class Right(StrEnum):
    """One thing that may be done. The scopes of a key are rights by the same names."""

    ASK = "ask"
    """Ask, and have one's own conversations, answers and appointments."""
    READ = "read"
    """See the documents one's groups may read."""
    WRITE = "write"
    """Add and delete documents."""
    OPERATE = "operate"
    """See to the installation: sources, jobs, hand-offs, adapters, costs, insights, metrics."""
    ACCOUNTS = "accounts"
    """See to people, what they may read, everybody's keys, and the record of what was changed."""
    VISIT = "visit"
    """Ask through the widget of a website. Of no role and no key's scopes: visitors have it, and nothing else."""


OF_ROLE: Mapping[Role, frozenset[Right]] = {
    "member": frozenset({Right.ASK, Right.READ}),
    "editor": frozenset({Right.ASK, Right.READ, Right.WRITE}),
    "admin": frozenset(Right) - {Right.VISIT},
}


def rights_of(role: Role, scopes: Iterable[str] | None = None) -> frozenset[Right]:
    """What somebody of a role may do; with a key, what both the role and the key's scopes allow."""
    rights = OF_ROLE[role]
    return rights if scopes is None else rights & frozenset(Right(scope) for scope in scopes if scope in set(Right))
