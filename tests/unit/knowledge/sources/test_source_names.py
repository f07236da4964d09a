from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import SourceError
from knowledge.sources.addressing import Site, page_name, tidy
from knowledge.sources.content_types import ending_for
from knowledge.sources.names import clean_name, distinct_names, is_safe_name, name_from_id
from knowledge.sources.patterns import is_wanted
from knowledge.sources.spool import Spool

PARTS = st.text(st.sampled_from("ab./\\\x00\n\u202e\u200b~-é\udc80 %"), max_size=20)


@given(st.lists(PARTS | st.text(max_size=30), max_size=6, unique=True))
@settings(max_examples=60, deadline=None)
def test_names_are_safe_distinct_and_do_not_depend_on_the_order(raws: list[str]) -> None:
    names = distinct_names(raws)
    assert len(set(names.values())) == len(names)
    assert all(is_safe_name(name) for name in names.values())
    assert names == distinct_names(reversed(raws))
    for name in names.values():
        assert Path("/root", name).resolve().is_relative_to("/root")


@given(PARTS | st.text(min_size=1, max_size=150))
@settings(max_examples=60, deadline=None)
def test_ids_make_safe_names(identity: str) -> None:
    name = name_from_id(identity, ".md")
    assert is_safe_name(name)
    assert "/" not in name
    assert name.endswith(".md")


def test_plain_names_stay_as_they_are() -> None:
    assert distinct_names(["a.txt", "b/c d.pdf", "é.md"]) == {each: each for each in ("a.txt", "b/c d.pdf", "é.md")}
    assert name_from_id("17", ".md") == "17.md"
    assert name_from_id("urn:x:1", ".md") != name_from_id("urn/x/1", ".md")


def test_a_name_that_had_to_be_changed_never_takes_anothers() -> None:
    names = distinct_names(["a.txt", "a\u200b.txt", "./a.txt"])
    assert names["a.txt"] == "a.txt"
    assert len(set(names.values())) == 3
    assert all(name.endswith(".txt") for name in names.values())


def test_long_names_are_shortened_and_stay_apart() -> None:
    names = distinct_names([f"{'folder/' * 100}{number}.txt" for number in range(3)] + ["x" * 600 + ".txt"])
    assert len(set(names.values())) == 4
    assert all(is_safe_name(name) and name.endswith(".txt") for name in names.values())


@pytest.mark.parametrize("raw", ["", "..", "../..", "/", "\x00", "\u202e", ". / ."])
def test_a_name_of_which_nothing_is_left(raw: str) -> None:
    assert clean_name(raw) == ""
    assert distinct_names([raw]) == {}


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://X.test:443/a/../b/./c?utm_source=x&q=1&fbclid=y#z", "https://x.test/b/c?q=1"),
        ("http://x.test", "http://x.test/"),
        ("http://x.test:8080/a", "http://x.test:8080/a"),
        ("https://x.test/../../a", "https://x.test/a"),
        ("http://[::1]:80/a", "http://[::1]/a"),
        ("mailto:a@x.test", None),
        ("javascript:alert(1)", None),
        ("https://ana:word@x.test/", None),
        ("https://[broken/", None),
        ("https://x.test:port/", None),
    ],
)
def test_addresses_are_tidied(address: str, kept: str | None) -> None:
    assert tidy(address) == kept


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("https://x.test/docs/a", True),
        ("http://x.test:80/docs/", True),
        ("https://x.test/docs", False),
        ("https://x.test/docs2/", False),
        ("https://x.test.evil.test/docs/", False),
        ("https://x.test:8443/docs/", False),
        ("https://evil.test/docs/", False),
    ],
)
def test_a_site_is_a_host_and_a_folder(address: str, inside: bool) -> None:
    assert Site("https://x.test/docs/start.html").holds(address) is inside


@pytest.mark.parametrize(
    ("url", "ending", "name"),
    [
        ("https://x.test/", ".html", "index.html"),
        ("https://x.test/docs", ".html", "docs/index.html"),
        ("https://x.test/docs/", ".html", "docs/index.html"),
        ("https://x.test/a.html", ".html", "a.html"),
        ("https://x.test/a.php", ".html", "a.php.html"),
        ("https://x.test/a%20b.pdf", ".pdf", "a b.pdf"),
    ],
)
def test_what_a_page_is_called(url: str, ending: str, name: str) -> None:
    assert page_name(url, ending) == name


def test_pages_with_hostile_paths_have_safe_names() -> None:
    for path in ("%2e%2e/%2e%2e/x", "a%2fb", "a%00b", "%E2%80%AEx", "a%5c..%5cb", "%"):
        assert is_safe_name(page_name(f"https://x.test/{path}?q=%2e%2e/", ".html"))


@pytest.mark.parametrize(
    ("content_type", "path", "ending"),
    [
        ("text/html", "/a", ".html"),
        ("text/html", "/report.pdf", ".pdf"),
        ("text/html", "/notes.txt", ".html"),
        ("text/plain", "/notes.md", ".md"),
        ("text/plain", "/a", ".txt"),
        ("application/octet-stream", "/a.docx", ".docx"),
        ("application/octet-stream", "/a", None),
        ("", "/a.pdf", ".pdf"),
        ("image/png", "/a", None),
        ("application/javascript", "/a.js", None),
    ],
)
def test_the_ending_of_an_answer(content_type: str, path: str, ending: str | None) -> None:
    assert ending_for(content_type, path) == ending


def test_what_is_wanted() -> None:
    assert is_wanted("a/b.txt", (), ())
    assert not any(is_wanted(name, (), ()) for name in ("a.exe", "a", ".x/a.txt", "x/.a.txt", "~$a.docx"))
    assert is_wanted("a/b.txt", ("a/*",), ())
    assert not is_wanted("a/b.txt", ("c/*",), ())
    assert not is_wanted("a/b.txt", ("*",), ("*.txt",))


def test_a_spool_keeps_what_fits() -> None:
    spool = Spool(10)
    spool.put("a", b"12345")
    spool.put("b", b"678")
    assert (spool.get("a"), spool.get("b"), spool.get("c"), "a" in spool) == (b"12345", b"678", None, True)
    with pytest.raises(SourceError, match="more than 10 bytes"):
        spool.put("c", b"901")
    spool.clear()
    assert spool.get("a") is None
    spool.put("c", b"1234567890")
    spool.clear()
    spool.clear()
