import subprocess
import sys

import pytest

from knowledge.errors import SourceError
from knowledge.library import EVERYONE
from knowledge.sources import options
from knowledge.sources.config import SourceConfig
from knowledge.sources.kinds import KINDS, audience_of, open_source
from knowledge.sources.limits import SourceLimits
from knowledge.sources.options import find_secrets, reveal
from knowledge.testing.source import assert_sentence, refusal

NEEDED: dict[str, dict[str, object]] = {
    "folder": {"path": "/srv/papers"},
    "website": {"url": "https://example.test/"},
    "git": {"url": "https://example.test/a/b.git"},
    "fsspec": {"url": "s3://bucket/papers"},
    "feed": {"url": "https://example.test/feed.xml"},
    "imap": {"host": "mail.example.test", "username": "ana", "password_env": "SECRET"},
    "sql": {"url_env": "SECRET", "query": "SELECT id FROM t", "id": "id"},
    "bridge": {"loader": "ConfluenceLoader", "arguments": {"url": "https://example.test", "api_key_env": "SECRET"}},
}
ENVIRONMENT = {"SECRET": "swordfish"}


def _config(kind: str, **more: object) -> SourceConfig:
    return SourceConfig(name="mine", kind=kind, options={**NEEDED.get(kind, {}), **more})


def _refused(config: SourceConfig, environ: dict[str, str] | None = None) -> str:
    error = refusal(lambda: open_source(config, SourceLimits(), ENVIRONMENT if environ is None else environ))
    assert_sentence(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    return str(error)


def test_every_kind_opens_without_connecting_and_shows_no_secret() -> None:
    assert NEEDED.keys() == KINDS.keys()
    for kind in KINDS:
        source = open_source(_config(kind), SourceLimits(), ENVIRONMENT)
        assert "swordfish" not in repr(source)
        assert "swordfish" not in repr(vars(source))
        source.close()
        source.close()


def test_everyone_reads_what_is_public_and_nobody_what_needs_credentials() -> None:
    found = {kind for kind in KINDS if audience_of(_config(kind)) == ("everyone",)}
    assert found == {"folder", "website", "git", "feed"}
    assert audience_of(_config("website", allow_private_addresses=True)) == ()
    assert audience_of(_config("feed", allow_private_addresses=True)) == ()
    assert frozenset(options.EVERYONE) == EVERYONE


def test_what_the_configuration_says_counts() -> None:
    for groups in (("hr",), ()):
        config = SourceConfig(name="x", kind="folder", groups=groups, options={"path": "/srv"})
        assert audience_of(config) == groups


def test_an_unknown_kind_lists_those_there_are() -> None:
    assert "folder, website, git, fsspec, feed, imap, sql, bridge" in _refused(_config("gopher"))


@pytest.mark.parametrize(
    ("kind", "more", "why"),
    [
        ("folder", {"path": 3}, "path"),
        ("folder", {"pth": "/srv"}, "there is no option 'pth'; known are exclude, include, path"),
        ("website", {"url": "ftp://example.test"}, "url: must begin with https://"),
        ("website", {"url": "https://ana:swordfish@example.test"}, "url: must not hold a user name"),
        ("website", {"max_pages": 0}, "max_pages"),
        ("website", {"user_agent": "a\r\nX-Other: b"}, "user_agent"),
        ("feed", {"user_agent": "a\r\nX-Other: b"}, "user_agent"),
        ("feed", {"url": "https://[broken"}, "url: is not an address"),
        ("sql", {"query": "DELETE FROM t"}, "query: must begin with SELECT"),
        ("sql", {"url": "postgresql://ana:swordfish@db/x"}, "url: string should match"),
        ("fsspec", {"storage": {"secret_access_key": "swordfish"}}, "secret_access_key_env"),
        ("fsspec", {"storage": {"client_kwargs": {"password": "swordfish"}}}, "password_env"),
        ("bridge", {"arguments": {"token": "swordfish"}}, "token_env"),
    ],
)
def test_a_wrong_option_is_named_and_its_value_is_not_told(kind: str, more: dict[str, object], why: str) -> None:
    error = _refused(_config(kind, **more))
    assert "mine" in error
    assert why in error
    assert "swordfish" not in error


def test_a_missing_option_is_named() -> None:
    assert "'path' is missing" in _refused(SourceConfig(name="mine", kind="folder"))


@pytest.mark.parametrize("environ", [{}, {"SECRET": ""}])
def test_a_variable_that_is_not_set_is_asked_for(environ: dict[str, str]) -> None:
    assert "password_env" in _refused(_config("imap"), environ)
    assert "arguments.api_key_env" in _refused(_config("bridge"), environ)


def test_secrets_are_revealed_where_they_belong_only() -> None:
    table = {"a": 1, "key_env": "SECRET", "inner": {"token_env": "SECRET", "b": True}}
    secrets = find_secrets("x", {"storage": table}, ENVIRONMENT)
    assert "swordfish" not in repr(secrets)
    plain = reveal(table, secrets, "storage.")
    assert plain == {"a": 1, "key": "swordfish", "inner": {"token": "swordfish", "b": True}}


def test_nothing_heavy_is_loaded_before_a_source_is_used() -> None:
    heavy = "httpx httpcore selectolax feedparser protego fsspec obstore sqlalchemy langchain_community watchfiles"
    code = f"import sys, knowledge.sources.kinds; print([each for each in {heavy.split()} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_errors_are_of_this_package() -> None:
    with pytest.raises(SourceError):
        open_source(SourceConfig(name="x", kind=""), SourceLimits(), {})
