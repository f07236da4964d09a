"""Passwords, failed attempts, and secrets that everybody knows."""

from typing import Any

import pytest

from assistant.errors import ConfigurationError, InvalidRequest
from assistant.security.attempts import LONGEST_WAIT_S, REMEMBERED, Attempts
from assistant.security.defaults import refuse_default_secrets
from assistant.security.passwords import Passwords, check_password
from assistant.settings import Settings


def test_a_password_is_hashed_with_a_salt_and_compared(passwords: Passwords) -> None:
    stored = passwords.hashed("correct horse battery")
    assert stored != passwords.hashed("correct horse battery")
    assert passwords.matches(stored, "correct horse battery")
    for wrong in ("Correct horse battery", "", "x" * 10_000):
        assert not passwords.matches(stored, wrong)
    assert not passwords.is_outdated(stored)


def test_nobody_has_the_password_of_nobody(passwords: Passwords) -> None:
    for tried in ("nobody has this password", "", "x"):
        assert not passwords.matches("", tried)
    assert not passwords.matches("not a hash", "x")


def test_the_usual_costs_are_those_of_the_specification() -> None:
    stored = Passwords().hashed("correct horse battery")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert Passwords().is_outdated(stored.replace("t=3", "t=1"))


@pytest.mark.parametrize("password", ["elevenchars", "x" * 257, "aaaaaaaaaaaa", "my name is Ana Lopez", ""])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(InvalidRequest):
        check_password(password, "ana lopez")


def test_a_long_password_is_a_good_one() -> None:
    check_password("correct horse battery", "ana")
    check_password("ñandú ñandú ñandú", "ana")


def test_attempts_wait_longer_each_time_and_are_forgiven() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for _ in range(4):
        attempts.failed("ana")
    assert attempts.wait_s("ana") == 0
    waits = []
    for _ in range(12):
        attempts.failed("ana")
        waits.append(attempts.wait_s("ana"))
    assert waits[:4] == [2.0, 4.0, 8.0, 16.0]
    assert waits[-1] == LONGEST_WAIT_S
    assert attempts.wait_s("ben") == 0
    now[0] = LONGEST_WAIT_S + 1
    assert attempts.wait_s("ana") == 0
    attempts.succeeded("ana")
    attempts.failed("ana")
    assert attempts.wait_s("ana") == 0


def test_a_flood_of_names_does_not_grow_for_ever() -> None:
    attempts = Attempts()
    for number in range(REMEMBERED + 50):
        attempts.failed(str(number))
    assert len(attempts._failed) == REMEMBERED


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"llm": {"name": "m", "url": "http://127.0.0.1:1/v1", "api_key": "ChangeThis "}}, "llm.api_key"),
        ({"database_url": "postgresql+psycopg://pilares:changeme@127.0.0.1/pilares"}, "database_url"),
    ],
)
def test_secrets_that_everybody_knows_do_not_start(tmp_path: Any, given: dict[str, Any], name: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"The setting {name} has a value that everybody knows"):
        refuse_default_secrets(Settings(home=tmp_path, **given))


def test_secrets_of_ones_own_start(tmp_path: Any) -> None:
    given: dict[str, Any] = {"llm": {"name": "m", "url": "http://127.0.0.1:1/v1", "api_key": "kq3-Zr9-own"}}
    refuse_default_secrets(Settings(home=tmp_path, **given))
    refuse_default_secrets(Settings(home=tmp_path))
