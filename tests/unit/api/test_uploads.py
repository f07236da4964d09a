"""Names of uploaded files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.api.middleware.bodies import megabytes
from assistant.api.uploads import MAX_NAME_CHARS, clean_name


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("note.md", "note.md"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/absolute/path.txt", "path.txt"),
        ("a\0b\x1b[31m.txt", "ab[31m.txt"),
        ("exe.\u202egpj", "exe.gpj"),
        ("", "document"),
        ("...", "document"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("Poli\u0301tica de viajes.docx", "Política de viajes.docx"),
        ("a\ud800.txt", "a?.txt"),
    ],
)
def test_names_become_harmless(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@given(st.text())
def test_no_name_leaves_its_folder(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= MAX_NAME_CHARS
    assert not set(clean) & {"/", "\\", "\0", "\u202e", "\n"}
    assert clean not in {".", ".."}


def test_sizes_are_written_as_people_read_them() -> None:
    assert megabytes(20_000) == "20 kB"
    assert megabytes(100_000_000) == "95.4 MB"
