import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import ParseError
from knowledge.ingest.names import safe_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/etc/shadow.txt", "shadow.txt"),
        ("C:\\Users\\ana\\Informe Año.docx", "Informe Año.docx"),
        ("a\x00b\x1b[31m.txt", "ab[31m.txt"),
        ("exe\u202etxt.md", "exetxt.md"),
        (" spaced .txt ", "spaced .txt"),
        ("name.txt.", "name.txt"),
        (".hidden.md", "hidden.md"),
        ("%2e%2e%2fsecret.txt", "%2e%2e%2fsecret.txt"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@pytest.mark.parametrize("name", ["", "/", "..", "../..", "\x00", " . ", "///"])
def test_nothing_left(name: str) -> None:
    with pytest.raises(ParseError, match="cannot be used"):
        safe_name(name)


@given(st.text(max_size=400))
def test_a_name_never_leads_anywhere(name: str) -> None:
    try:
        kept = safe_name(name)
    except ParseError:
        return
    assert 0 < len(kept) <= 200
    assert not set("/\\\x00\n\r") & set(kept)
    assert kept.strip(".")
