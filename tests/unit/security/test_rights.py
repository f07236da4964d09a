"""Rights: a key is never more than its owner."""

import pytest

from assistant.security.person import LOCAL
from assistant.security.rights import OF_ROLE, ROLES, Right, Role, rights_of


@pytest.mark.parametrize("role", ROLES)
def test_scopes_take_away_and_never_add(role: Role) -> None:
    for scopes in ([], ["ask"], [right.value for right in Right], ["root", "ask"]):
        assert rights_of(role, scopes) <= OF_ROLE[role]
    assert rights_of(role) == OF_ROLE[role]
    assert rights_of(role, ["root"]) == frozenset()


def test_each_role_has_what_the_one_below_has() -> None:
    member, editor, admin = (OF_ROLE[role] for role in ROLES)
    assert member < editor < admin == set(Right) - {Right.VISIT}
    assert LOCAL.may(Right.ACCOUNTS)
