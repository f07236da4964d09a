"""Keys of widgets, origins, signed identities, and the limit of an address."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import sqlalchemy as sa

from assistant.errors import InvalidRequest, LimitReached, NotFound, NotSignedIn
from assistant.security.accounts import Accounts
from assistant.security.addresses import AddressLimit, network_of
from assistant.security.allowance import Allowance
from assistant.security.identities import Secrets
from assistant.security.origins import clean_origin
from assistant.security.person import Person
from assistant.security.rights import Right
from assistant.security.visitors import Visitors
from assistant.storage.account_tables import visitors as visitor_table
from assistant.storage.conversations import Conversations

NOW = datetime(2026, 5, 4, 12, 30, 10, tzinfo=UTC)
GUEST = "g" * 43


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visitors(tmp_path: Path, clock: Clock):  # type: ignore[no-untyped-def]
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as conversations:
        yield Visitors(conversations.database, tmp_path, clock=clock)


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("https://Example.org/", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://español.example", "https://xn--espaol-zwa.example"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(given: str, clean: str) -> None:
    assert clean_origin(given) == clean


@pytest.mark.parametrize(
    "given",
    ["*", "null", "", "example.org", "https://*.example.org", "https://example.org/shop", "https://a@example.org",
     "ftp://example.org", "https://", "https://example.org?x", "https://example.org:99999", "https://..", "file:///x"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(given: str) -> None:
    with pytest.raises(InvalidRequest, match="not the origin of a website"):
        clean_origin(given)


def test_a_key_is_found_until_it_is_revoked_or_over(visitors: Visitors, clock: Clock) -> None:
    keys = visitors.keys
    kept = keys.make("shop", ["https://shop.example", "https://shop.example/"], groups=["customers"])
    short = keys.make("fair", ["https://fair.example"], days=1, budget=Allowance(requests_per_day=5))
    assert kept.token.startswith("pilares_widget_")
    assert keys.shown(kept.token) == kept
    assert kept.origins == ("https://shop.example",)
    assert keys.shown(short.token) == short
    assert keys.may_ask("https://fair.example")
    assert not keys.may_ask("")
    clock.now += timedelta(days=2)
    assert keys.shown(short.token) is None
    assert not keys.may_ask("https://fair.example")
    assert keys.revoke(kept.id[:8]).id == kept.id
    assert keys.shown(kept.token) is None
    assert not keys.may_ask("https://shop.example")
    assert {each.name for each in keys.list()} == {"shop", "fair"}
    with pytest.raises(NotFound, match="pilares widget list"):
        keys.revoke("nothing")


@pytest.mark.parametrize("wrong", [{"name": " "}, {"origins": []}, {"days": 0}, {"groups": ["a b"]}])
def test_a_key_needs_a_name_and_a_website(visitors: Visitors, wrong: dict[str, Any]) -> None:
    given = {"name": "shop", "origins": ["https://shop.example"], **wrong}
    with pytest.raises(InvalidRequest):
        visitors.keys.make(**given)


def test_guests_are_apart_from_each_other_and_from_key_to_key(visitors: Visitors) -> None:
    one, other = (visitors.keys.make(name, ["https://a.example"]) for name in ("one", "other"))
    ids = {visitors.guest(key, token).id for key in (one, other) for token in (GUEST, "h" * 43)}
    assert len(ids) == 4
    person = visitors.guest(one, GUEST)
    assert person == visitors.guest(one, GUEST)
    assert (person.groups, person.rights) == ({"everyone"}, {Right.VISIT})
    assert GUEST not in person.id
    assert person.queue == f"widget:{one.id}"  # a crowd of guests has one place in the queue
    assert Person("a1", "ana", key="k1").queue == "a1"
    for token in ("", "short", GUEST + "x", "ñ" * 43, "g" * 42 + "\n"):
        with pytest.raises(InvalidRequest):
            visitors.guest(one, token)


def test_a_website_vouches_for_its_visitor(visitors: Visitors) -> None:
    key = visitors.keys.make("shop", ["https://a.example"], groups=["customers", "gold"])
    claims = {"sub": "c-42", "groups": ["customers", "board"], "exp": NOW.timestamp() + 600}
    person = visitors.known(key, jwt.encode(claims, visitors.secrets.of(key.id), "HS256"))
    assert person.id == f"visitor:{key.id}:c-42"
    assert (person.groups, person.rights) == ({"everyone", "customers"}, {Right.VISIT})


def test_what_a_website_did_not_sign_is_refused(visitors: Visitors) -> None:
    key, other = (visitors.keys.make(name, ["https://a.example"]) for name in ("one", "other"))
    secret = visitors.secrets.of(key.id)
    good = {"sub": "c-42", "exp": NOW.timestamp() + 600}
    unsigned = jwt.encode(good, None, "none")
    wrong = [
        "", "x.y.z", "a" * 5_000, unsigned, jwt.encode(good, visitors.secrets.of(other.id), "HS256"),
        jwt.encode(good, secret + "x", "HS256"), jwt.encode(good, secret * 2, "HS512"),
        *(
            jwt.encode({**good, **change}, secret, "HS256")
            for change in (
                {"exp": NOW.timestamp() - 60}, {"exp": NOW.timestamp() + 90_000}, {"exp": "soon"}, {"exp": 1e400},
                {"sub": ""}, {"sub": "a b"}, {"sub": "x" * 65}, {"sub": "c:42"}, {"groups": "board"},
                {"groups": ["a b"]}, {"groups": [1]}, {"groups": ["g"] * 101},
            )
        ),
        jwt.encode({"sub": "c-42"}, secret, "HS256"), jwt.encode({"exp": good["exp"]}, secret, "HS256"),
    ]  # fmt: skip
    for token in wrong:
        with pytest.raises(NotSignedIn):
            visitors.known(key, token)


def test_answers_of_the_past_are_shown_with_the_groups_named_last(visitors: Visitors, clock: Clock) -> None:
    key = visitors.keys.make("shop", ["https://a.example"], groups=["customers", "gold"])
    accounts = Accounts(visitors._database)

    def groups(*named: str) -> frozenset[str]:
        claims = {"sub": "c-42", "groups": named, "exp": NOW.timestamp() + 60}
        token = jwt.encode(claims, visitors.secrets.of(key.id), "HS256")
        return accounts.groups_of(visitors.known(key, token).id)

    assert groups("customers", "gold") == {"everyone", "customers", "gold"}
    before = clock.now
    clock.now += timedelta(seconds=30)
    assert groups("gold", "customers") == {"everyone", "customers", "gold"}
    with visitors._database.read() as connection:  # the same groups are not written again
        assert connection.execute(sa.select(visitor_table.c.seen)).scalar() == before
    assert groups("gold") == {"everyone", "gold"}
    assert groups() == {"everyone"}
    assert accounts.groups_of(visitors.guest(key, GUEST).id) == {"everyone"}
    assert accounts.groups_of("nobody") == frozenset()


def test_secrets_stay_and_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "widget.secret"
    made = Secrets(path)
    assert made.of("a") == Secrets(path).of("a") != made.of("b")
    assert len(made.of("a")) == 43
    assert path.stat().st_mode & 0o777 == 0o600
    assert made.of("a") not in path.read_text()


def test_an_address_may_ask_so_often_a_minute(clock: Clock) -> None:
    limit = AddressLimit(2, clock)
    for _ in range(2):
        limit.count("192.0.2.1")
    with pytest.raises(LimitReached) as refused:
        limit.count("192.0.2.1")
    assert refused.value.wait_s == 50
    limit.count("192.0.2.2")
    clock.now += timedelta(seconds=50)
    limit.count("192.0.2.1")


def test_who_has_one_address_of_a_network_has_them_all() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("testclient") == ""
