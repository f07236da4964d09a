"""Names of groups as they come from people: cleaned, sorted, refused."""

from collections.abc import Callable
from typing import Any

import pytest

from assistant.errors import InvalidRequest
from assistant.security.user import clean_groups, clean_readers


def test_everyone_is_no_group_of_an_account_and_may_be_a_reader() -> None:
    named = [" hr ", "everyone", "hr", "legal"]
    assert clean_groups(named) == ("hr", "legal")
    assert clean_readers(named) == {"hr", "legal", "everyone"}


def test_readers_without_everyone_are_the_groups_alone() -> None:
    assert clean_readers(iter(["legal", " hr"])) == {"hr", "legal"}
    assert clean_readers([]) == frozenset()


def test_a_name_is_the_same_however_its_accent_is_written() -> None:
    assert clean_readers(["direccio\u0301n"]) == clean_readers(["direcci\u00f3n"]) == {"direcci\u00f3n"}


@pytest.mark.parametrize("name", ["a b", "a,b", "a/b", "", "x" * 65, "a\x00", "a\\b"])
@pytest.mark.parametrize("clean", [clean_groups, clean_readers])
def test_a_name_that_could_be_read_as_two_or_as_a_path_is_refused(clean: Callable[..., Any], name: str) -> None:
    with pytest.raises(InvalidRequest, match="cannot be the name of a group"):
        clean([name])
